using System.CommandLine;
using System.Globalization;
using Settlement.Domain.Accounts;
using Settlement.Domain.Money;
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
    private readonly Option<string> _resource = new("--resource") { Description = "rows of this resource only, by its id or its name", HelpName = "resource" };
    private readonly Option<string> _kind = new("--kind") { Description = $"rows of this kind only: {string.Join(", ", ViewMaker.Kinds)}", HelpName = "kind" };

    private readonly Option<int?> _month = new("--month", "-m")
    {
        Description = "rows of this billing cycle only",
        HelpName = "yyyy-MM",
        CustomParser = result => DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month)
            ? month.Year * 12 + month.Month - 1 : Refuse<int?>(result, $"--month: '{result.Tokens[0].Value}' is not a month such as 2023-04"),
    };

    public BillVerb()
        : base("bill", "Bill rows by transaction time, and their totals.")
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
        new("ROW", r => r.Row), new("KIND", r => r.Kind), new("ACCOUNT", r => r.Account), new("CALLS", r => r.Calls is { } calls ? Figures.Count(calls) : null, RightAligned: true),
        new("DEDUCTED", r => r.Deducted, RightAligned: true), new("API", r => r.Api, Detail: true), new("USED", r => r.UsePeriod(), Detail: true),
        new("FEE", r => r.Fee, RightAligned: true, Detail: true),
        new("PACKAGE", r => r.Package is null ? null : string.Create(CultureInfo.InvariantCulture, $"{r.Package} ({r.Lot})"), Detail: true),
        new("PROJECT", r => r.Project, Detail: true), new("NAME", r => r.ResourceName, Detail: true), new("BILLED", r => Figures.Short(r.TransactionTime), Detail: true),
        new("REGION", r => r.Region, Detail: true), new("CYCLE", r => r.BillingCycle, Detail: true), new("LATE", r => r.Late ? "late" : null, Detail: true),
    ];

    private static int Run(VerbContext context, BillFilter filter, string? resource)
    {
        using var open = OpenStore.ToRead(context);
        var lines = open.Store.Read(session => BillStore.Rows(session, filter));
        if (resource is not null)
            lines.RemoveAll(l => l.Api is null || (l.ResourceName != resource && Scope.ResourceId(l.AccountId, l.Api, l.Region!) != resource));
        var views = open.Views;
        if (!context.Listing.IsJson && filter.Account is { } account && open.Store.Read(session => AccountStore.Find(session, account)) is null)
            context.Listing.Say($"There is no account {account}.");
        context.Listing.Rows(lines.ConvertAll(views.Row), Columns);
        if (lines.Count > 0)
            PrintTotals(context.Listing, views, lines);
        return Exit.Done;
    }

    private static void PrintTotals(Listing listing, ViewMaker views, List<BillLine> lines)
    {
        var all = Total.Of("total", lines);
        if (listing.IsJson)
        {
            listing.Say($"{Figures.Of(all.Rows, "row")}, {Figures.Of(all.Calls, "call")}, fee {Amount.ShowE8(all.FeeE8)}, deducted {views.Money(all.DeductedE8)} {views.Currency}");
            return;
        }

        var kinds = lines.GroupBy(l => l.Kind).OrderBy(g => g.Key).Select(g => Total.Of(ViewMaker.Kinds[(int)g.Key], g)).ToList();
        listing.Table(
            kinds.Count == 1 ? kinds : [.. kinds, all],
            [
                new(views.Currency, t => t.Kind), new("ROWS", t => Figures.Count(t.Rows), RightAligned: true), new("CALLS", t => Figures.Count(t.Calls), RightAligned: true),
                new("FEE", t => Amount.ShowE8(t.FeeE8), RightAligned: true), new("DEDUCTED", t => views.Money(t.DeductedE8), RightAligned: true),
                new("WRITTEN OFF", t => Amount.ShowE8(t.WrittenOffE8), RightAligned: true, Detail: true),
            ]);
        listing.Say(views.TimesAre);
    }

    /// <summary>Summed wider than any row: over many accounts a long would overflow.</summary>
    private sealed record Total(string Kind, long Rows, Int128 Calls, Int128 FeeE8, Int128 DeductedE8, Int128 WrittenOffE8)
    {
        public static Total Of(string kind, IEnumerable<BillLine> lines) => lines.Aggregate(
            new Total(kind, 0, 0, 0, 0, 0),
            (sum, l) => new Total(kind, sum.Rows + 1, sum.Calls + (l.Calls ?? 0), sum.FeeE8 + l.FeeE8, sum.DeductedE8 + l.DeductedE8, sum.WrittenOffE8 + l.WrittenOffE8));
    }
}
