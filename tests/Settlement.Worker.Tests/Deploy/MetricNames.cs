using System.Text.RegularExpressions;
using Settlement.Worker.Tests.Demo;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>The names under which metrics are exported to Prometheus.</summary>
internal static partial class MetricNames
{
    private const string Page = "docs/metrics.md";

    /// <summary>A histogram is exported as three series.</summary>
    private static readonly string[] Parts = ["_bucket", "_sum", "_count"];

    /// <summary>As docs/metrics.md names them, in the first column of its table.</summary>
    public static IReadOnlyList<string> All { get; } = File.Exists(Checkout.PathOf(Page.Split('/')))
        ? [.. FirstColumn().Matches(Pages.Text(Page)).Select(m => m.Groups["name"].Value)]
        : [
            "settlement_usage_events_total", "settlement_usage_lag_seconds", "settlement_hours_behind", "settlement_catch_up_remaining_seconds",
            "settlement_closing_duration_seconds", "settlement_calls_settled_total", "settlement_deducted_units_total", "settlement_quarantine_entries",
            "settlement_quarantine_value_units", "settlement_renewals_total", "settlement_outbox_age_seconds", "settlement_outbox_notices",
            "settlement_accounts_parked", "settlement_accounts_arrears", "settlement_store_size_bytes", "settlement_ready", "settlement_not_ready",
            "settlement_commands_total", "settlement_build_info",
        ];

    /// <summary>The names in a query that are not exported.</summary>
    public static IEnumerable<string> UnknownIn(string query) => In(query).Where(n => !All.Contains(n, StringComparer.Ordinal));

    /// <summary>The metrics that a query uses.</summary>
    public static IEnumerable<string> In(string query) => Named().Matches(query).Select(m => WithoutPart(m.Value)).Distinct(StringComparer.Ordinal);

    private static string WithoutPart(string name) =>
        Parts.Where(p => name.EndsWith(p, StringComparison.Ordinal)).Select(p => name[..^p.Length]).FirstOrDefault(All.Contains) ?? name;

    [GeneratedRegex(@"\bsettlement_\w+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Named();

    [GeneratedRegex(@"^\| `(?<name>settlement_\w+)[`{]", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FirstColumn();
}
