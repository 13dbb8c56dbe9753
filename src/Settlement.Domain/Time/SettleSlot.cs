namespace Settlement.Domain.Time;

/// <summary>
/// Which closing takes an event. Decided when the event is stored and never changed. An open hour has a slot of its own. Events that arrive for a
/// closed hour go to the slot after the last closed one, which the next closing takes whether or not another hour is due by then (7.2).
/// </summary>
public static class SettleSlot
{
    /// <summary>The number of closings that can follow each other before the next hour is due. After that, late events wait for that hour.</summary>
    private const long PerHour = 1_000;

    public static long OfHour(long hour) => hour * PerHour;

    /// <summary>The last hour that is closed once all slots up to this one are closed.</summary>
    public static long HourOf(long slot) => Math.DivRem(slot, PerHour, out var rest) - (rest < 0 ? 1 : 0);

    public static long For(long hour, long closedSlot) => Math.Max(OfHour(hour), closedSlot + 1);

    /// <summary>How far a closing goes: through the last hour that is due, or only through the late events if no hour is.</summary>
    public static long CloseThrough(long dueHour, long closedSlot, bool lateWaits)
    {
        var late = closedSlot + 1 < OfHour(HourOf(closedSlot) + 1) && lateWaits ? closedSlot + 1 : closedSlot;
        return Math.Max(OfHour(dueHour), late);
    }
}
