using Settlement.Domain.Time;

namespace Settlement.Domain.Packages;

/// <summary>Where a lot came from. The order here is the order of drawing (4.2).</summary>
public enum LotOrigin
{
    Free,
    Promotion,
    Bought,
}

/// <summary>
/// One paid term of a package. <see cref="Left"/> of <see cref="Calls"/> calls remain. Only calls made in [start, end) draw on it (3.1).
/// </summary>
public sealed record Lot
{
    public required long PackageNo { get; init; }

    public required string PackageId { get; init; }

    /// <summary>1 for the first term.</summary>
    public required long LotNo { get; init; }

    public required long ScopeNo { get; init; }

    /// <summary>The only project whose calls may draw on it, or null for all (3.3).</summary>
    public string? Project { get; init; }

    public LotOrigin Origin { get; init; } = LotOrigin.Bought;

    public required long StartUs { get; init; }

    public required long EndUs { get; init; }

    public required long PaidUs { get; init; }

    public required long Calls { get; init; }

    public required long Left { get; init; }

    public long PriceE8 { get; init; }

    public Period Life => new(StartUs, EndUs);
}
