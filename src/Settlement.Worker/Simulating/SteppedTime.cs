using Settlement.Worker.Running;

namespace Settlement.Worker.Simulating;

/// <summary>
/// Lets time pass under a test clock: from one instant at which something is due to the next, each done at its own time. For scenarios and <c>demo</c>.
/// </summary>
internal static class SteppedTime
{
    public static void Work(SettlementCore core, TestClock clock, long untilUs)
    {
        while (core.Timeline.NextDueUs(untilUs) is { } dueUs)
        {
            clock.NowUs = Math.Max(dueUs, clock.NowUs);
            core.Timeline.AdvanceTo(clock.NowUs);
        }

        core.Timeline.AdvanceTo(untilUs);
    }
}
