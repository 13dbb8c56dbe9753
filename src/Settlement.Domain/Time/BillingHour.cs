using System.Globalization;

namespace Settlement.Domain.Time;

/// <summary>A half-open UTC hour (2.1), numbered since 1970-01-01T00:00:00Z.</summary>
public readonly record struct BillingHour(long Number) : IComparable<BillingHour>
{
    public long StartUs => Number * Instant.PerHourUs;

    public BillingHour Next => new(Number + 1);

    public BillingHour Previous => new(Number - 1);

    public Period Period => new(StartUs, Next.StartUs);

    public static BillingHour Of(long us) => new(Math.DivRem(us, Instant.PerHourUs, out var rest) - (rest < 0 ? 1 : 0));

    /// <summary>The last hour that is due at <paramref name="us"/>: it ended at least the delay earlier (2.2).</summary>
    public static BillingHour LastDueAt(long us, long closeDelayUs) => Of(us - closeDelayUs).Previous;

    /// <summary>The first instant on the hour at or after <paramref name="us"/>.</summary>
    public static long FirstOnTheHourUs(long us) => Of(us - 1).Next.StartUs;

    /// <summary>The last instant on the hour at or before <paramref name="us"/>.</summary>
    public static long LastOnTheHourUs(long us) => Of(us).StartUs;

    /// <summary>Its number. Not the text that a record makes of itself: that would show the next one, and the one after it, without end.</summary>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);

    public int CompareTo(BillingHour other) => Number.CompareTo(other.Number);

    public static bool operator <(BillingHour a, BillingHour b) => a.Number < b.Number;

    public static bool operator >(BillingHour a, BillingHour b) => a.Number > b.Number;

    public static bool operator <=(BillingHour a, BillingHour b) => a.Number <= b.Number;

    public static bool operator >=(BillingHour a, BillingHour b) => a.Number >= b.Number;
}
