using System.Text.Json;
using Settlement.Domain.Accounts;
using Settlement.Domain.Ledger;
using Settlement.Domain.Lifecycle;
using Settlement.Domain.Money;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage.Bills;
using Settlement.Storage.Notices;
using Settlement.Storage.Parking;
using Settlement.Storage.Quarantine;

namespace Settlement.Worker.Output;

/// <summary>Turns stored rows into what people and programs are shown: times in the billing zone, amounts as decimal text.</summary>
internal sealed class ViewMaker(BillingZone zone, Currency currency)
{
    private static readonly string[] KindNames = ["purchase", "renewal", "auto-renewal", "adjustment", "package-usage", "pay-per-use"];

    public static IReadOnlyList<string> Kinds => KindNames;

    public static RowKind? KindOf(string name) => Array.IndexOf(KindNames, name) is var i and >= 0 ? (RowKind)i : null;

    public string Currency => currency.Code;

    /// <summary>What the times in a table leave unsaid.</summary>
    public string TimesAre => $"Times are in {zone}.";

    public string Time(long us) => zone.Show(us);

    /// <summary>In minor units.</summary>
    public string Money(Int128 e8) => Amount.ShowFixed(e8, 8, currency.Decimals);

    public string Price(long e10) => Amount.Show(e10, 10, currency.Decimals);

    public BillRowView Row(BillLine row) => new(
        Ids.Row(row.AccountNo, row.AccountVersion, row.Line),
        KindNames[row.Kind],
        row.AccountId,
        row.Api,
        row.Region,
        row.Api is null ? null : Scope.ResourceId(row.AccountId, row.Api, row.Region!),
        row.ResourceName,
        row.Project,
        row.PackageId,
        row.LotNo == 0 ? null : row.LotNo,
        row.UseStartUs is { } start ? Time(start) : null,
        row.UseEndUs is { } end ? Time(end) : null,
        Time(row.TransactionUs),
        row.Cycle.ToString(),
        row.Calls,
        row.Late != 0,
        Amount.ShowE8(row.FeeE8),
        Money(row.DeductedE8),
        Amount.ShowE8(row.WrittenOffE8),
        [.. row.Steps.Select(s => new TierView(s.Calls, Price(s.UnitPriceE10), Amount.ShowE8(s.FeeE8)))]);

    public BalanceView Balance(Account account, ParkedAccount? parked) => new(
        account.AccountId, Money(account.BalanceE8), Amount.ShowE8(account.RemainderE8), StateOf(account), parked is null ? null : Parked(parked));

    public ParkedView Parked(ParkedAccount parked) => new(Time(parked.DueUs), parked.StepName, parked.Reason);

    public PackageView Package(Lot lot, long nowUs) => new(
        lot.PackageId, lot.LotNo, Time(lot.StartUs), Time(lot.EndUs), lot.Calls, lot.Left, States.OfLot(lot.StartUs, lot.EndUs, lot.Left, nowUs));

    public AccountPackageView AccountPackage(Lot lot, Scope scope, Package package, long nowUs)
    {
        var view = Package(lot, nowUs);
        return new AccountPackageView(
            view.Package, view.Lot, view.Start, view.End, view.Calls, view.Left, view.State, scope.Api, scope.Region, lot.Project, package.AutoRenew);
    }

    public NoticeView Notice(NoticeLine notice) => new(
        Time(notice.AtUs), notice.Name, notice.AccountId.Length > 0 ? notice.AccountId : DataOf(notice)
            .GetValueOrDefault("account") is { ValueKind: JsonValueKind.String } account ? account.GetString() : null, notice.PackageId)
    {
        Data = DataOf(notice).Where(d => d.Key is not ("at" or "type" or "account" or "package"))
            .ToDictionary(d => d.Key, d => d.Value, StringComparer.Ordinal),
    };

    public RenewalView Renewal(AttemptLine attempt) => new(
        attempt.PackageId, Time(attempt.SlotUs), attempt.Renewed != 0 ? "renewed" : "insufficient-balance");

    public RefusalView Refusal(RefusalLine refusal) => new(Time(refusal.AtUs), refusal.Type, refusal.Code);

    public QuarantineView Quarantined(QuarantineEntry entry) => new(
        entry.EventId, entry.Source, entry.Reason, entry.Account, entry.Calls, Value(entry));

    public QuarantineEntryView Entry(QuarantineEntry entry, long nowUs) => new(
        entry.EventId,
        entry.Source,
        entry.Reason,
        entry.Account,
        entry.Calls,
        Value(entry),
        entry.QuarantineNo,
        entry.State,
        entry.Api,
        entry.Region,
        entry.Project,
        entry.TimeUs is { } us ? Time(us) : null,
        entry.Status,
        Time(entry.ArrivedUs),
        Time(entry.HeldUs),
        Figures.Age((entry.DecidedUs ?? nowUs) - entry.HeldUs),
        entry.Detail,
        entry.DecidedUs is { } decided ? Time(decided) : null,
        entry.DecidedBy,
        entry.DecidedBecause);

    public StandingView Standing(StandingEvent standing, QuarantineEntry conflict)
    {
        var call = standing.Call;
        return new StandingView(
            call.Account, call.Api, call.Region, call.Project, Time(call.TimeUs), call.Status, call.Count, Time(standing.ArrivedUs),
            standing.Where.ToString().ToLowerInvariant(), standing.IsLate, standing.RunUs is { } us ? Time(us) : null,
            [.. standing.Rows.Select(r =>
                new StandingRowView(Ids.Row(r.Row.AccountNo, r.Row.AccountVersion, r.Row.Line), KindNames[r.Row.Kind], r.Calls))],
            [.. standing.Entries.Select(e => new StandingEntryView(e.QuarantineNo, e.Reason, e.State, e.Calls))],
            Differing(call, conflict));
    }

    private static List<string> Differing(UsageCall call, QuarantineEntry conflict) =>
        new (string Field, bool Same)[]
        {
            ("account", call.Account == conflict.Account), ("api", call.Api == conflict.Api), ("region", call.Region == conflict.Region),
            ("project", call.Project == conflict.Project),
            ("time", call.TimeUs == conflict.TimeUs), ("status", call.Status == conflict.Status), ("calls", call.Count == conflict.Calls),
        }.Where(f => !f.Same).Select(f => f.Field).ToList();

    public string? Value(QuarantineEntry entry) => entry.ValueE8 is { } value ? Amount.Show(value, 8, currency.Decimals) : null;

    public static string StateOf(Account account) => account.State.ToString().ToLowerInvariant();

    /// <summary>What the notice says. A notice of the store may also be about an account: one that is not known.</summary>
    private static Dictionary<string, JsonElement> DataOf(NoticeLine notice) =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(notice.Body)!;
}
