using System.Globalization;

namespace Settlement.Domain.Time;

/// <summary>
/// Which closing takes an event. Decided when the event is stored and never changed. An open hour has a slot of its own. Events that arrive for a
/// closed hour go to the slot after the last closed one, which the next closing takes whether or not another hour is due by then (7.2).
/// </summary>
public readonly record struct SettleSlot(long Number) : IComparable<SettleSlot>
{
    /// <summary>The number of closings that can follow each other before the next hour is due. After that, late events wait for that hour.</summary>
    public const long PerHour = 1_000;

    /// <summary>Below every slot there is.</summary>
    public static readonly SettleSlot BeforeAll = new(long.MinValue);

    /// <summary>The last hour that is closed once all slots up to this one are closed.</summary>
    public BillingHour Hour => new(Math.DivRem(Number, PerHour, out var rest) - (rest < 0 ? 1 : 0));

    public SettleSlot Next => new(Number + 1);

    public static SettleSlot OfHour(BillingHour hour) => new(hour.Number * PerHour);

    public static SettleSlot For(BillingHour hour, SettleSlot closed) => Max(OfHour(hour), closed.Next);

    /// <summary>How far a closing goes: through the last hour that is due, or only through the late events if no hour is.</summary>
    public static SettleSlot CloseThrough(BillingHour due, SettleSlot closed, bool lateWaits) =>
        Max(OfHour(due), closed.Next < OfHour(closed.Hour.Next) && lateWaits ? closed.Next : closed);

    public static SettleSlot Min(SettleSlot a, SettleSlot b) => a < b ? a : b;

    public static SettleSlot Max(SettleSlot a, SettleSlot b) => a > b ? a : b;

    /// <summary>Its number. Not the text that a record makes of itself: that would show the next one, and the one after it, without end.</summary>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);

    public int CompareTo(SettleSlot other) => Number.CompareTo(other.Number);

    public static bool operator <(SettleSlot a, SettleSlot b) => a.Number < b.Number;

    public static bool operator >(SettleSlot a, SettleSlot b) => a.Number > b.Number;

    public static bool operator <=(SettleSlot a, SettleSlot b) => a.Number <= b.Number;

    public static bool operator >=(SettleSlot a, SettleSlot b) => a.Number >= b.Number;
}
