using System.Numerics;
using CsCheck;
using Settlement.Domain.Pricing;
using Xunit;

namespace Settlement.Domain.Tests.Pricing;

public class TiersTests
{
    private static readonly Gen<long> Price = Gen.OneOf(Gen.Long[0, 99], Gen.Long[0, 20_000_000_000], Gen.Const(0L));

    /// <summary>
    /// For two naive reference versions: one goes call by call, the other takes the difference between the whole month's price before and after.
    /// </summary>
    private static readonly Gen<(Tier[] Tiers, long Before, long Calls)> Small = Gen.Select(
        TierList(Gen.Long[1, 20]), Gen.Long[0, 70], Gen.Long[1, 70]);

    private static readonly Gen<(Tier[] Tiers, long Before, long Calls)> Large =
        Gen.Select(TierList(Gen.Long[1, 10_000_000_000]), Gen.Long[0, 40_000_000_000], Gen.Long[1, 1_000_000_000]);

    [Fact]
    public void Each_call_costs_what_its_place_in_the_month_says() => Property.Holds(Small, 10_000, (tiers, before, calls) =>
    {
        BigInteger exact = 0;
        var byPrice = new List<(long Price, long Calls)>();
        for (var n = before + 1; n <= before + calls; n++)
        {
            var tier = tiers.First(t => t.UpTo is null || n <= t.UpTo);
            exact += tier.UnitPriceE10;
            var step = Array.IndexOf(tiers, tier);
            if (byPrice.Count > 0 && n > before + 1 && StepOf(tiers, n - 1) == step)
                byPrice[^1] = (tier.UnitPriceE10, byPrice[^1].Calls + 1);
            else
                byPrice.Add((tier.UnitPriceE10, 1));
        }

        var rated = Tiers.Rate(tiers, before, calls);
        Assert.Equal(BigInteger.Divide(exact, 100), rated.FeeE8);
        Assert.Equal(byPrice, rated.Steps.Select(s => (s.UnitPriceE10, s.Calls)));
        Assert.All(rated.Steps, s => Assert.Equal((long)((BigInteger)s.Calls * s.UnitPriceE10 / 100), s.FeeE8));
        Assert.Equal(tiers[StepOf(tiers, before + calls + 1)].UnitPriceE10, Tiers.NextPriceE10(tiers, before + calls));
    });

    [Fact]
    public void Large_counts_stay_exact() => Property.Holds(Large, 10_000, (tiers, before, calls) =>
    {
        var exact = MonthE10(tiers, before + calls) - MonthE10(tiers, before);
        var rated = Tiers.Rate(tiers, before, calls);
        Assert.Equal(exact / 100, rated.FeeE8);
        Assert.Equal(exact / 100 <= Settlement.Domain.Money.Amount.MaxMovementE8, rated.IsInBounds);
        Assert.Equal(rated.IsInBounds ? calls : 0, rated.Steps.Sum(s => s.Calls));
    });

    [Fact]
    public void Case_16_and_17_and_18_cost_what_the_rules_say()
    {
        Assert.Equal(92_500_000_000,
            Tiers.Rate([new(100_000, 70_000_000), new(1_000_000, 45_000_000), new(2_000_000, 35_000_000), new(null, 25_000_000)], 0, 150_000).FeeE8);
        Tier[] free = [new(5, 0), new(10, 20_000_000_000), new(null, 30_000_000_000)];
        Assert.Equal([0L, 0, 4, 10, 13, 25], ((long[])[3, 5, 7, 10, 11, 15]).Select(n => Tiers.Rate(free, 0, n).FeeE8 / 100_000_000));
        Assert.Equal(1_000_000_000, Tiers.Rate([new(100_000, 0), new(10_000_000, 200_000), new(null, 160_000)], 90_000, 510_000).FeeE8);
    }

    private static int StepOf(Tier[] tiers, long n) => Array.FindIndex(tiers, t => t.UpTo is null || n <= t.UpTo);

    private static BigInteger MonthE10(Tier[] tiers, long calls)
    {
        BigInteger sum = 0;
        long from = 0;
        foreach (var tier in tiers)
        {
            var to = Math.Min(calls, tier.UpTo ?? calls);
            if (to > from)
                sum += (BigInteger)(to - from) * tier.UnitPriceE10;
            from = Math.Max(from, to);
        }

        return sum;
    }

    private static Gen<Tier[]> TierList(Gen<long> width) => Gen.Select(Gen.Select(width, Price).Array[0, 4], Price).Select((steps, last) =>
    {
        long upTo = 0;
        return steps.Select(s => new Tier(upTo += s.Item1, s.Item2)).Append(new Tier(null, last)).ToArray();
    });
}
