using System.Globalization;

namespace Settlement.Benchmarks.Harness;

/// <summary>Something to time: it prepares what it needs and returns the seconds of what counts alone.</summary>
internal sealed record Timed(string What, Func<Task<double>> SecondsAsync);

/// <summary>What a figure asks of the ratio of the work to its baseline: of rates at least, or of times at most, so much.</summary>
internal readonly record struct Asked(double Ratio, bool OfRates)
{
    public static Asked RateAtLeast(double ratio) => new(ratio, true);

    public static Asked TimeAtMost(double ratio) => new(ratio, false);

    public bool IsMetBy(double ratio) => OfRates ? ratio >= Ratio : ratio <= Ratio;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"asked: at {(OfRates ? "least" : "most")} {Ratio:0.0#}");
}

/// <summary>
/// Times the work and its baseline in turns, the other one first every other round, so that whatever else the machine does meets both; prints median,
/// spread and ratio.
/// </summary>
internal static class Interleaved
{
    /// <param name="title">The figure and its sizes.</param>
    /// <param name="items">How many of the unit one round does, for rates.</param>
    public static async Task RunAsync(string title, int rounds, double items, string unit, Timed baseline, Timed work, Asked asked)
    {
        Say($"{title}, {rounds} rounds");
        List<double> baselineSeconds = [], workSeconds = [];
        for (var round = 0; round < rounds; round++)
        {
            if (round % 2 == 0)
                baselineSeconds.Add(await baseline.SecondsAsync());
            workSeconds.Add(await work.SecondsAsync());
            if (round % 2 == 1)
                baselineSeconds.Add(await baseline.SecondsAsync());
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    round {round + 1}: baseline {baselineSeconds[^1]:0.000} s, work {workSeconds[^1]:0.000} s"));
        }

        Show("baseline", baseline.What, baselineSeconds, items, unit);
        Show("work", work.What, workSeconds, items, unit);
        var ratios = baselineSeconds.Zip(workSeconds, (b, w) => asked.OfRates ? b / w : w / b).Order().ToList();
        var ratio = asked.OfRates ? Median(baselineSeconds) / Median(workSeconds) : Median(workSeconds) / Median(baselineSeconds);
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"  ratio     {ratio:0.00} of the medians ({ratios[0]:0.00} .. {ratios[^1]:0.00} by round); {asked}: {(asked.IsMetBy(ratio) ? "met" : "NOT MET")}"));
    }

    public static void Show(string name, string what, IReadOnlyCollection<double> seconds, double items, string unit) => Say(string.Create(
        CultureInfo.InvariantCulture,
        $"  {name,-9} {what}\n            median {Median(seconds):0.000} s ({seconds.Min():0.000} .. {seconds.Max():0.000}), {items / Median(seconds):N0} {unit}/s"));

    public static double Median(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public static void Say(string line) => Console.WriteLine(line);
}
