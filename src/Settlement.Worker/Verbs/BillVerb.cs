using System.CommandLine;
using System.Globalization;

namespace Settlement.Worker.Verbs;

/// <summary>Which bill rows are wanted; null: all.</summary>
/// <param name="Month">A billing cycle, as year x 12 + month - 1.</param>
internal sealed record BillFilter(string? Account, int? Month, string? Api, string? Region, string? Resource, string? Kind);

/// <summary>Bill rows and totals (6).</summary>
internal sealed class BillVerb : Verb
{
    private static readonly string[] Kinds = ["purchase", "renewal", "auto-renewal", "adjustment", "package-usage", "pay-per-use"];

    private readonly Option<string> _account = new("--account", "-a") { Description = "rows of this account only", HelpName = "account" };
    private readonly Option<string> _api = new("--api") { Description = "rows of this API only", HelpName = "api" };
    private readonly Option<string> _region = new("--region") { Description = "rows of this region only", HelpName = "region" };
    private readonly Option<string> _resource = new("--resource") { Description = "rows of this resource only, by its id or its name", HelpName = "resource" };
    private readonly Option<string> _kind = new("--kind") { Description = $"rows of this kind only: {string.Join(", ", Kinds)}", HelpName = "kind" };

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
        _kind.AcceptOnlyFromAmong(Kinds);
        foreach (var option in new Option[] { _account, _month, _api, _region, _resource, _kind, OutputOption })
            Add(option);
        Does((parsed, context) => Run(context, new BillFilter(
            parsed.GetValue(_account), parsed.GetValue(_month), parsed.GetValue(_api), parsed.GetValue(_region), parsed.GetValue(_resource), parsed.GetValue(_kind))));
    }

    private static int Run(VerbContext context, BillFilter filter) => throw new NotSupportedException("wired by the lead");
}
