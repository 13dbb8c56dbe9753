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
        var slot = state.MayCloseAt(hourUs) ? Math.Max(ClosedSlot, SettleSlot.OfHour(BillingHour.LastDueAt(hourUs, closeDelayUs))) : ClosedSlot;
        return state with { ClosedSlot = Math.Min(slot, Math.Max(state.ClosedSlot, ClosedSlot)), LastRunUs = Math.Max(LastRunUs, hourUs) };
    }
}
