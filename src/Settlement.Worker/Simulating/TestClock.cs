using Settlement.Domain.Time;
using Settlement.Engine;

namespace Settlement.Worker.Simulating;

/// <summary>A clock that stays where it is put: for scenarios, <c>demo</c> and <c>--until</c>.</summary>
internal sealed class TestClock(long nowUs) : TimeProvider
{
    public long NowUs { get; set; } = nowUs;

    /// <summary>Lets time pass up to an instant: what falls due is done at its own time, so that it is transacted when it is due.</summary>
    public void Pass(Timeline timeline, long untilUs)
    {
        while (timeline.Next(untilUs)?.AtUs is { } dueUs)
        {
            NowUs = Math.Max(dueUs, NowUs);
            timeline.AdvanceTo(NowUs);
        }

        timeline.AdvanceTo(untilUs);
    }

    public override DateTimeOffset GetUtcNow() => Instant.ToUtc(NowUs);
}
