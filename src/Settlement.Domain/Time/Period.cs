namespace Settlement.Domain.Time;

/// <summary>A half-open time range [start, end), in microseconds since 1970 UTC.</summary>
public readonly record struct Period(long StartUs, long EndUs)
{
    public bool Contains(long us) => StartUs <= us && us < EndUs;

    /// <summary>Whether <paramref name="piece"/> lies entirely within this period.</summary>
    public bool Covers(Period piece) => StartUs <= piece.StartUs && piece.EndUs <= EndUs;

    public bool Overlaps(Period other) => StartUs < other.EndUs && other.StartUs < EndUs;
}

/// <summary>Hours are half-open UTC hours (2.1), numbered since 1970-01-01T00:00:00Z.</summary>
public static class BillingHour
{
    public static long Of(long us) => Math.DivRem(us, Instant.PerHourUs, out var rest) - (rest < 0 ? 1 : 0);

    public static long StartUs(long hour) => hour * Instant.PerHourUs;

    public static Period Period(long hour) => new(StartUs(hour), StartUs(hour + 1));

    /// <summary>The last hour that is due at <paramref name="us"/>: it ended at least the delay earlier (2.2).</summary>
    public static long LastDueAt(long us, long closeDelayUs) => Of(us - closeDelayUs) - 1;

    /// <summary>The first instant on the hour at or after <paramref name="us"/>.</summary>
    public static long FirstOnTheHourUs(long us) => StartUs(Of(us - 1) + 1);
}
