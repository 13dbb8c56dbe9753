using System.Text.RegularExpressions;

namespace Settlement.Worker.Tests.Telemetry;

/// <summary>What docs/metrics.md says.</summary>
internal static partial class MetricsPage
{
    private static readonly string Text = File.ReadAllText(Checkout.PathOf("docs", "metrics.md"));

    public sealed record Metric(string Name, string Type, IReadOnlyDictionary<string, IReadOnlyList<string>> Labels);

    /// <summary>One row each. A label without values in the row has those of the row above that has them.</summary>
    public static IReadOnlyList<Metric> Metrics { get; } = [.. Rows("settlement_").Select(cells => new Metric(
        cells[0].Trim('`'), cells[1].Split(',')[0], Names().Matches(cells[3]).ToDictionary(
            m => m.Groups["label"].Value, m =>
                (IReadOnlyList<string>)[.. Values().Matches(m.Groups["values"].Value).Select(v => v.Groups["value"].Value)],
                StringComparer.Ordinal)))];

    /// <summary>The parts of the worker that can be unready.</summary>
    public static IReadOnlyList<string> Parts { get; } =
        [.. Section("## Health").Split('\n')
            .Where(l =>
            l.StartsWith("| `", StringComparison.Ordinal) && !l.StartsWith("| `/", StringComparison.Ordinal)
            && !l.StartsWith("| `what`", StringComparison.Ordinal))
            .SelectMany(l => Values().Matches(l.Split('|')[1]).Select(v => v.Groups["value"].Value))];

    private static IEnumerable<string[]> Rows(string prefix) =>
        Text.Split('\n').Where(l => l.StartsWith("| `" + prefix, StringComparison.Ordinal))
            .Select(l => Array.ConvertAll(l.Trim('|', ' ').Split('|'), c => c.Trim()));

    private static string Section(string title) => Text[Text.IndexOf(title, StringComparison.Ordinal)..].Split("\n## ")[0];

    /// <summary>A label is a name in backticks that a list of values follows, or a comma, or nothing.</summary>
    [GeneratedRegex(@"^`(?<label>\w+)`( = (?<values>.*)|,.*)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Names();

    [GeneratedRegex("`(?<value>[^`]+)`", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Values();
}
