using Settlement.Domain.Time;

namespace Settlement.Storage;

/// <summary>How far the time line has come.</summary>
/// <param name="ClosedSlot">The last closed slot.</param>
/// <param name="LastRunUs">The last hourly instant that it has passed.</param>
public readonly record struct TimeMark(long ClosedSlot, long LastRunUs)
{
    /// <summary>
    /// The store's state as it stood at an instant within a span that began here: what is decided for that instant must not know of hours that the span closes later.
    /// </summary>
    public StoreState At(long us, StoreState state, long closeDelayUs)
    {
        var hourUs = BillingHour.StartUs(BillingHour.Of(us));
        // What is due before the mark (a command that is older than the store has planned it) comes after the runs up to the mark, and before the next.
        var isRun = hourUs > LastRunUs && state.MayCloseAt(hourUs);
        var slot = isRun ? Math.Max(ClosedSlot, SettleSlot.OfHour(BillingHour.LastDueAt(hourUs, closeDelayUs))) : ClosedSlot;
        return state with { ClosedSlot = slot, LastRunUs = Math.Max(LastRunUs, hourUs) };
    }
}
