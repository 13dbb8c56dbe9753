namespace Settlement.Domain.Time;

/// <summary>A half-open time range [start, end), in microseconds since 1970 UTC.</summary>
public readonly record struct Period(long StartUs, long EndUs)
{
    public bool Contains(long us) => StartUs <= us && us < EndUs;

    /// <summary>Whether <paramref name="piece"/> lies entirely within this period.</summary>
    public bool Covers(Period piece) => StartUs <= piece.StartUs && piece.EndUs <= EndUs;

    public bool Overlaps(Period other) => StartUs < other.EndUs && other.StartUs < EndUs;
}
