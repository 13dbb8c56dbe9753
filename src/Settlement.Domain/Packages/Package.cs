using Settlement.Domain.Time;

namespace Settlement.Domain.Packages;

/// <summary>A package: what was bought, for which scope and project, and whether it renews automatically. Its paid terms are its lots.</summary>
public sealed record Package
{
    public required long PackageNo { get; init; }

    public required string PackageId { get; init; }

    public required long AccountNo { get; init; }

    public required long ScopeNo { get; init; }

    public string? Project { get; init; }

    public required string Offer { get; init; }

    /// <summary>The package's own term. It stays the same when the offer's term changes (8.1).</summary>
    public required Term Term { get; init; }

    /// <summary>Where the first lot starts. Expiry dates are counted from here (3.2).</summary>
    public required long FirstStartUs { get; init; }

    public bool AutoRenew { get; init; }

    /// <summary>The instant when automatic renewal was turned on. Only later slots count (8.2).</summary>
    public long AutoRenewSinceUs { get; init; }

    /// <summary>0 to 7.</summary>
    public long DaysBefore { get; init; }

    /// <summary>The end of the n-th lot: midnight after its expiry date (3.1, 3.2).</summary>
    public long EndOfLotUs(BillingZone zone, long lotNo) => EndOfLotUs(zone, Term, FirstStartUs, lotNo);

    /// <summary>Whether the n-th lot ends before the calendar does.</summary>
    public static bool CanEnd(BillingZone zone, Term term, long firstStartUs, long lotNo) =>
        zone.DateOf(firstStartUs).Year + lotNo * term.LongestDays / 365 + 1 < DateOnly.MaxValue.Year;

    public static long EndOfLotUs(BillingZone zone, Term term, long firstStartUs, long lotNo) =>
        zone.MidnightUs(term.ExpiryDate(zone.DateOf(firstStartUs), (int)lotNo).AddDays(1));
}
