using Settlement.Domain.Time;
using Settlement.Storage;

namespace Settlement.Worker.Telemetry;

/// <summary>How many hours are due and not closed.</summary>
internal static class HoursBehind
{
    /// <summary>
    /// Hours that an hourly run up to now would have closed. A store that has not closed any yet counts from its first usage or from when it was
    /// created. 0 if the time line is ahead of the clock.
    /// </summary>
    /// <param name="oldest">The oldest hour with usage, if no hour is closed yet; null: there is no usage.</param>
    public static long Of(StoreState state, BillingHour? oldest, long nowUs, long closeDelayUs)
    {
        var due = BillingHour.LastDueAt(BillingHour.LastOnTheHourUs(nowUs), closeDelayUs);
        var made = BillingHour.Of(state.CreatedUs);
        var firstOpen = state.ClosedHour != StoreState.NoClosedHour ? state.ClosedHour.Next : oldest is { } first && first < made ? first : made;
        return Math.Max(0, due.Number - firstOpen.Number + 1);
    }
}
