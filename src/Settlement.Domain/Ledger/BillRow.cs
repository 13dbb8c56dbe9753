using Settlement.Domain.Pricing;
using Settlement.Domain.Time;

namespace Settlement.Domain.Ledger;

/// <summary>Kinds of bill rows (6.1), in the order in which a closing writes the rows of one project.</summary>
public enum RowKind
{
    Purchase,
    Renewal,
    AutoRenewal,
    Adjustment,
    PackageUsage,
    PayPerUse,
}

/// <summary>One row of the bill; never changed once written. Amounts are in 1e-8.</summary>
public sealed record BillRow
{
    /// <summary>1, 2, 3 … within the account's version. Version and line together identify the row.</summary>
    public required long Line { get; init; }

    public required RowKind Kind { get; init; }

    public long? ScopeNo { get; init; }

    public string? Project { get; init; }

    public long? PackageNo { get; init; }

    public long? LotNo { get; init; }

    /// <summary>The use period, or the life of the lot; null for an adjustment.</summary>
    public Period? Use { get; init; }

    /// <summary>The hour of use of a usage row.</summary>
    public BillingHour? Hour { get; init; }

    /// <summary>The billing cycle, a month of the billing zone (6.3).</summary>
    public required BillingMonth Cycle { get; init; }

    public long? Calls { get; init; }

    public bool Late { get; init; }

    public long FeeE8 { get; init; }

    public long DeductedE8 { get; init; }

    public long WrittenOffE8 { get; init; }

    public IReadOnlyList<TierStep> Steps { get; init; } = [];
}
