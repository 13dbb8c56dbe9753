using System.CommandLine;
using System.Globalization;
using Settlement.Domain.Accounts;
using Settlement.Domain.Time;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Bill rows and totals (6).</summary>
internal sealed class BillVerb : Verb
{
    private readonly Option<string> _account = new("--account", "-a") { Description = "rows of this account only", HelpName = "account" };
    private readonly Option<string> _api = new("--api") { Description = "rows of this API only", HelpName = "api" };
    private readonly Option<string> _region = new("--region") { Description = "rows of this region only", HelpName = "region" };
    private readonly Option<string> _resource = new("--resource") { Description = "rows of this resource only, by its id or its name",
        HelpName = "resource" };
    private readonly Option<string> _kind = new("--kind") { Description = $"rows of this kind only: {string.Join(", ", ViewMaker.Kinds)}",
        HelpName = "kind" };

    private readonly Option<BillingMonth?> _month = new("--month", "-m")
    {
        Description = "rows of this billing cycle only",
        HelpName = "yyyy-MM",
        CustomParser = result =>
            DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month)
            ? BillingMonth.Of(month) : Refuse<BillingMonth?>(result, $"--month: '{result.Tokens[0].Value}' is not a month such as 2023-04"),
    };

    public BillVerb()
        : base("bill", "Bill rows by transaction time, and their totals.", csv: true)
    {
        _kind.AcceptOnlyFromAmong([.. ViewMaker.Kinds]);
        foreach (var option in new Option[] { _account, _month, _api, _region, _resource, _kind, OutputOption })
            Add(option);
        Does((parsed, context) => Run(
            context,
            new BillFilter(
                parsed.GetValue(_account), parsed.GetValue(_month), parsed.GetValue(_api), parsed.GetValue(_region),
                parsed.GetValue(_kind) is { } kind ? ViewMaker.KindOf(kind) : null),
            parsed.GetValue(_resource)));
    }

    /// <summary>A bill row as people see it.</summary>
    public static IReadOnlyList<Column<BillRowView>> Columns =>
    [
        new("ROW", r => r.Row), new("KIND", r => r.Kind), new("ACCOUNT", r => r.Account),
        new("CALLS", r => r.Calls is { } calls ? Figures.Count(calls) : null, RightAligned: true),
        new("DEDUCTED", r => r.Deducted, RightAligned: true), new("API", r => r.Api, Detail: true), new("USED", r => r.UsePeriod(), Detail: true),
        new("FEE", r => r.Fee, RightAligned: true, Detail: true),
        new("PACKAGE", r => r.Package is null ? null : string.Create(CultureInfo.InvariantCulture, $"{r.Package} ({r.Lot})"), Detail: true),
        new("PROJECT", r => r.Project, Detail: true), new("NAME", r => r.ResourceName, Detail: true),
        new("BILLED", r => Figures.Short(r.TransactionTime), Detail: true),
        new("REGION", r => r.Region, Detail: true), new("CYCLE", r => r.BillingCycle, Detail: true),
        new("LATE", r => r.Late ? "late" : null, Detail: true),
    ];

    private static int Run(VerbContext context, BillFilter filter, string? resource)
    {
        using var open = OpenStore.ToRead(context);
        var views = open.Views;
        if (context.Listing.Format == OutputFormat.Table && filter.Account is { } account
            && open.Store.Read(session => AccountReader.Find(session, account)) is null)
            context.Listing.Say($"There is no account {account}.");
        var totals = new BillTotals();
        using var rows = context.Listing.Long(Columns, row => BillCsv.Line(row, views.Currency));
        open.Store.Read(session =>
        {
            foreach (var line in BillReader.Stream(session, filter with { UsedHours = HoursOf(filter.Cycle, open) })
                .Where(line => resource is null || IsOf(line, resource)))
                Add(rows, totals, line, filter.Cycle, views);
            return true;
        });
        rows.Print(BillCsv.Head);
        if (rows.Count > 0)
            totals.Print(context.Listing, views);
        if (filter.Cycle is { } month)
            totals.PrintElsewhere(context.Listing, month);
        return Exit.Done;
    }

    private static void Add(LongListing<BillRowView> rows, BillTotals totals, BillLine line, BillingMonth? month, ViewMaker views)
    {
        if (month is not null && line.Cycle != month)
        {
            totals.AddElsewhere(line);
            return;
        }

        rows.Add(views.Row(line));
        totals.Add(line);
    }

    private static bool IsOf(BillLine line, string resource) =>
        line.Api is not null && (line.ResourceName == resource || Scope.ResourceId(line.AccountId, line.Api, line.Region!) == resource);

    /// <summary>The hours of a month of the billing zone.</summary>
    private static (BillingHour From, BillingHour To)? HoursOf(BillingMonth? month, OpenStore open)
    {
        if (month is not { } m)
            return null;
        var zone = open.Store.Settings.TimeZone;
        var to = m == BillingMonth.Of(DateOnly.MaxValue) ? new BillingHour(long.MaxValue) : BillingHour.Of(zone.MidnightUs(m.Next.FirstDay));
        return (BillingHour.Of(zone.MidnightUs(m.FirstDay)), to);
    }
}
