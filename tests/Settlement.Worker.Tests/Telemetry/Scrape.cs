using System.Globalization;
using System.Text.RegularExpressions;

namespace Settlement.Worker.Tests.Telemetry;

/// <summary>One series of a scrape.</summary>
internal sealed record Series(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>What <c>/metrics</c> answered, in Prometheus's text format.</summary>
internal sealed partial class Scrape
{
    private static readonly string[] PartsOfHistograms = ["_bucket", "_sum", "_count"];

    public Scrape(string text)
    {
        Types = Type().Matches(text).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["type"].Value, StringComparer.Ordinal);
        All = [.. Line().Matches(text).Select(m => new Series(
            m.Groups["name"].Value,
            Label().Matches(m.Groups["labels"].Value).ToDictionary(l => l.Groups["name"].Value, l => l.Groups["value"].Value, StringComparer.Ordinal),
            double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture)))];
    }

    /// <summary>The type of each metric, by its name as it is exported.</summary>
    public IReadOnlyDictionary<string, string> Types { get; }

    public IReadOnlyList<Series> All { get; }

    /// <summary>The value of the only series with these labels, or null.</summary>
    public double? Value(string name, string? label = null, string? value = null) =>
        All.SingleOrDefault(s => s.Name == name && (label is null || (s.Labels.TryGetValue(label, out var v) && v == value)))?.Value;

    /// <summary>A series under the name of its metric: a histogram has several series.</summary>
    public string MetricOf(Series series)
    {
        foreach (var part in PartsOfHistograms.Where(p => series.Name.EndsWith(p, StringComparison.Ordinal)))
        {
            if (Types.GetValueOrDefault(series.Name[..^part.Length]) == "histogram")
                return series.Name[..^part.Length];
        }

        return series.Name;
    }

    [GeneratedRegex(@"^# TYPE (?<name>\S+) (?<type>\S+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Type();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>[^}]*)\})? (?<value>\S+)( \d+)?$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Line();

    [GeneratedRegex("(?<name>\\w+)=\"(?<value>[^\"]*)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Label();
}
