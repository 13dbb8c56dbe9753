using Settlement.Domain.Time;

namespace Settlement.Storage;

/// <summary>How far the time line has come.</summary>
/// <param name="ClosedSlot">The last closed slot.</param>
/// <param name="LastRunUs">The last hourly instant that the time line has passed.</param>
public readonly record struct TimeMark(SettleSlot ClosedSlot, long LastRunUs)
{
    /// <summary>
    /// The store's state as it was at an instant within a span that began here. What is decided for that instant must not know about hours that the
    /// span closes later.
    /// </summary>
    public StoreState At(long us, StoreState state, long closeDelayUs)
    {
        var hourUs = BillingHour.LastOnTheHourUs(us);
        // What is due before the mark (planned by a command that is older than the store) comes after the runs up to the mark and before the next
        // run.
        var isRun = hourUs > LastRunUs && state.MayCloseAt(hourUs);
        var slot = isRun ? SettleSlot.Max(ClosedSlot, SettleSlot.OfHour(BillingHour.LastDueAt(hourUs, closeDelayUs))) : ClosedSlot;
        return state with { ClosedSlot = slot, LastRunUs = Math.Max(LastRunUs, hourUs) };
    }
}
