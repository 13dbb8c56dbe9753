// What listings and scenarios print as JSON (INTERFACE 5). The names and order of the fields are fixed, because other people's programs read them.
// Amounts are decimal strings, and times are in the billing zone with its offset; the domain makes both.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Settlement.Worker.Output;

public sealed record TierView(long Calls, string UnitPrice, string Fee);

/// <param name="Tiers">The tier steps of a pay-per-use row, empty for every other kind.</param>
public sealed record BillRowView(
    string Row, string Kind, string Account, string? Api, string? Region, string? Resource, string? ResourceName, string? Project, string? Package,
    long? Lot,
    string? UseStart, string? UseEnd, string TransactionTime, string BillingCycle, long? Calls, bool Late, string Fee, string Deducted,
    string WrittenOff,
    IReadOnlyList<TierView> Tiers)
{
    /// <summary>As tables show it; for a payment row, the life of its lot.</summary>
    public string? UsePeriod() => Kind is "package-usage" or "pay-per-use" ? Figures.Short(UseStart, UseEnd) : Figures.Life(UseStart, UseEnd);
}

/// <param name="State"><c>normal</c>, <c>grace</c>, <c>frozen</c> or <c>released</c>.</param>
/// <param name="Parked">Null if its time line goes on.</param>
public sealed record BalanceView(string Account, string Balance, string Remainder, string State, ParkedView? Parked);

/// <summary>Where an account is parked (2.5).</summary>
/// <param name="At">The due time of the step.</param>
/// <param name="Step"><c>closing</c>, <c>command</c>, <c>start</c>, <c>end</c>, <c>attempt</c> or <c>arrears</c>.</param>
public sealed record ParkedView(string At, string Step, string Reason);

/// <summary>One lot of a package.</summary>
/// <param name="State"><c>pending</c>, <c>expired</c>, <c>used-up</c> or <c>live</c>, the first that applies.</param>
public sealed record PackageView(string Package, long Lot, string Start, string End, long Calls, long Left, string State);

public sealed record NoticeView(string At, string Type, string? Account, string? Package)
{
    /// <summary>What else the notice says, as fields of its own.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Data { get; init; } = [];
}

/// <summary>An automatic attempt, at its due time.</summary>
public sealed record RenewalView(string Package, string At, string Outcome);

public sealed record RefusalView(string At, string Command, string Code);

/// <param name="Value">At the price of the tier that was next to be charged when it was held; null if there is no price.</param>
public sealed record QuarantineView(string? Id, string? Source, string Reason, string? Account, long? Calls, string? Value);

public sealed record ShowView(IReadOnlyList<BalanceView> Balances, IReadOnlyList<PackageView> Packages);

public sealed record SimulationView(
    IReadOnlyList<BillRowView> Bill, IReadOnlyList<BalanceView> Balances, IReadOnlyList<PackageView> Packages, IReadOnlyList<NoticeView> Notices,
    IReadOnlyList<RenewalView> Renewals, IReadOnlyList<RefusalView> Refusals, IReadOnlyList<QuarantineView> Quarantine,
    IReadOnlyDictionary<string, ShowView> Shows);

/// <param name="ArrearsSince">Null if not in arrears.</param>
/// <param name="Subscriptions">The subscriptions that are open now.</param>
public sealed record AccountView(
    string Account, string? Name, string Level, string Balance, string Remainder, string State, ParkedView? Parked, string? ArrearsSince,
    string Opened,
    IReadOnlyList<AccountPackageView> Packages, IReadOnlyList<SubscriptionView> Subscriptions, AlertsView Alerts);

/// <summary>A lot as INTERFACE 5 shows it, and what it pays for.</summary>
public sealed record AccountPackageView(
    string Package, long Lot, string Start, string End, long Calls, long Left, string State, string Api, string Region, string? Project,
    bool AutoRenew);

/// <param name="Mode"><c>package</c> or <c>pay-per-use</c>.</param>
public sealed record SubscriptionView(string Api, string Region, string Resource, string? ResourceName, string Since, string Mode);

public sealed record AlertsView(string? BalanceBelow, long? LowPackagePercent);

/// <summary>A held event as INTERFACE 5 shows it, and everything else that is known about it.</summary>
/// <param name="Entry">Its number, used to release or discard it.</param>
/// <param name="Age">How long it was or has been held.</param>
/// <param name="Detail">For a malformed event: the field and the cause, and the event as it came.</param>
public record QuarantineEntryView(
    string? Id, string? Source, string Reason, string? Account, long? Calls, string? Value, long Entry, string State, string? Api, string? Region,
    string? Project,
    string? Time, long? Status, string Arrived, string Held, string Age, string? Detail, string? Decided, string? By, string? Because);

/// <summary>A held event, as it is shown on its own.</summary>
public sealed record QuarantineShownView : QuarantineEntryView
{
    public QuarantineShownView(QuarantineEntryView entry, StandingView? standing)
        : base(entry) => Standing = standing;

    /// <summary>
    /// For a conflict: the event with the same source and id that came first and stands (7.1). Null for other reasons, or if that event is not kept.
    /// </summary>
    [JsonPropertyOrder(1)]
    public StandingView? Standing { get; }
}

/// <summary>The event that stands beside a conflict.</summary>
/// <param name="Where"><c>waiting</c>, <c>settling</c>, <c>parked</c>, <c>settled</c>, <c>held</c> or <c>discarded</c>.</param>
/// <param name="Late">Whether a closing other than that of its hour takes or took it.</param>
/// <param name="Run">When the closing that takes or took it was due; null if none has begun.</param>
/// <param name="Rows">The bill rows that took calls from it.</param>
/// <param name="Entries">The parts of it that were held, on arrival or at its closing.</param>
/// <param name="Differs">The fields in which the conflict differs from it.</param>
public sealed record StandingView(
    string Account, string Api, string Region, string? Project, string Time, long Status, long Calls, string Arrived, string Where, bool Late,
    string? Run,
    IReadOnlyList<StandingRowView> Rows, IReadOnlyList<StandingEntryView> Entries, IReadOnlyList<string> Differs);

/// <param name="Calls">Of this event.</param>
public sealed record StandingRowView(string Row, string Kind, long Calls);

public sealed record StandingEntryView(long Entry, string Reason, string State, long Calls);
