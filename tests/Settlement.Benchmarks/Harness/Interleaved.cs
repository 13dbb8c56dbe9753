using System.Globalization;

namespace Settlement.Benchmarks.Harness;

/// <summary>Something to time. It prepares what it needs and returns the time of the part that counts.</summary>
internal sealed record Timed(string What, Func<Task<Taken>> TakeAsync)
{
    public Timed(string what, Func<Taken> take)
        : this(what, () => Task.FromResult(take()))
    {
    }
}

/// <summary>The required ratio between the work and its baseline: a minimum for rates, a maximum for times.</summary>
internal readonly record struct Asked(double Ratio, bool OfRates)
{
    public static Asked RateAtLeast(double ratio) => new(ratio, true);

    public static Asked TimeAtMost(double ratio) => new(ratio, false);

    public double Of(double baselineSeconds, double workSeconds) => OfRates ? baselineSeconds / workSeconds : workSeconds / baselineSeconds;

    public bool IsMetBy(double ratio) => OfRates ? ratio >= Ratio : ratio <= Ratio;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"asked: at {(OfRates ? "least" : "most")} {Ratio:0.0#}");
}

/// <summary>
/// Times the work and its baseline in turns, swapping their order every round, so that anything else the machine does affects both. Prints median,
/// spread and ratio.
/// </summary>
internal static class Interleaved
{
    /// <param name="title">The figure and its sizes.</param>
    /// <param name="items">How many units one round does, for rates.</param>
    public static async Task RunAsync(string title, int rounds, double items, string unit, Timed baseline, Timed work, Asked asked)
    {
        Say($"{title}, {rounds} rounds");
        List<Taken> bare = [], done = [];
        for (var round = 0; round < rounds; round++)
        {
            if (round % 2 == 0)
                bare.Add(await baseline.TakeAsync());
            done.Add(await work.TakeAsync());
            if (round % 2 == 1)
                bare.Add(await baseline.TakeAsync());
            Console.Error.WriteLine(Text($"    round {round + 1}: baseline {bare[^1].Seconds:0.000} s, work {done[^1].Seconds:0.000} s"));
        }

        Show("baseline", baseline.What, bare, items, unit);
        Show("work", work.What, done, items, unit);
        var ratios = bare.Zip(done, (b, d) => asked.Of(b.Seconds, d.Seconds)).Order().ToList();
        var ratio = asked.Of(Median(bare, t => t.Seconds), Median(done, t => t.Seconds));
        var ofCpu = asked.Of(Median(bare, t => t.CpuSeconds), Median(done, t => t.CpuSeconds));
        Say(Text($"  ratio     {ratio:0.00} of the medians ({ratios[0]:0.00} .. {ratios[^1]:0.00} by round), {ofCpu:0.00} of processor time; {asked}: {(asked.IsMetBy(ratio) ? "met" : "NOT MET")}"));
    }

    public static void Show(string name, string what, IReadOnlyCollection<Taken> taken, double items, string unit)
    {
        var median = Median(taken, t => t.Seconds);
        Say($"  {name,-9} {what}");
        Say(Text($"            median {median:0.000} s ({taken.Min(t => t.Seconds):0.000} .. {taken.Max(t => t.Seconds):0.000}), {items / median:N0} {unit}/s; processor {Median(taken, t => t.CpuSeconds):0.000} s"));
    }

    public static void Say(string line) => Console.WriteLine(line);

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static double Median(IEnumerable<Taken> taken, Func<Taken, double> of)
    {
        var sorted = taken.Select(of).Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
