using Settlement.Benchmarks.Harness;
using Settlement.Domain.Packages;
using Settlement.Domain.Time;

namespace Settlement.Benchmarks.Figures;

/// <summary>100,000 lots, shuffled, one of them ending a day earlier, 99 calls (RULES 12, case 21), compared with sorting the same array.</summary>
internal static class Lots
{
    public static Task RunAsync(Sizes sizes)
    {
        var lots = Make(sizes.Number("lots", 100_000));
        var copy = new Lot[lots.Length];
        var hour = new Period(World.StartUs, World.StartUs + Instant.PerHourUs);
        var baseline = new Timed("Array.Sort of the lots by their order", () =>
        {
            lots.CopyTo(copy, 0);
            return Watch.Time(() => Array.Sort(copy, LotOrder.Instance));
        });
        var work = new Timed("Drawing: the lots of a scope made ready, 99 calls drawn, what changed read", () => Watch.Time(() =>
        {
            var drawing = new Drawing(lots);
            var left = drawing.Draw(hour, project: null, 99, (_, _) => { });
            var changed = drawing.Changed.Single();
            if (left != 0 || changed.Left != 1 || changed.Lot.PackageNo != 7)
                throw new InvalidOperationException("The wrong lot paid.");
        }));
        return Interleaved.RunAsync($"lots: {lots.Length:N0} lots of 100 calls, 99 calls", sizes.Rounds, lots.Length, "lots", baseline, work,
            Asked.TimeAtMost(3));
    }

    private static Lot[] Make(int count)
    {
        var end = World.StartUs + 30 * Instant.PerDayUs;
        var lots = Enumerable.Range(0, count).Select(i => new Lot
        {
            PackageNo = i, PackageId = $"P{i}", LotNo = 1, ScopeNo = 1, StartUs = World.StartUs, EndUs = i == 7 ? end - Instant.PerDayUs : end,
            PaidUs = World.StartUs, Calls = 100, Left = 100,
        }).ToArray();
        new Random(1).Shuffle(lots);
        return lots;
    }
}
