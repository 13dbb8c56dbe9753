using Settlement.Domain.Money;

namespace Settlement.Domain.Pricing;

/// <summary>
/// Calls charged at one unit price. The step's own fee is cut to 8 decimals for display; the row's fee is cut once, from the exact sum.
/// </summary>
public readonly record struct TierStep(long Calls, long UnitPriceE10, long FeeE8);

/// <summary>A row's exact fee (1e-8), of any size, and the tier steps it is made of: none if the fee is out of bounds.</summary>
public sealed record RatedCalls(Int128 FeeE8, IReadOnlyList<TierStep> Steps)
{
    /// <summary>A row is one movement, so a larger fee can't be charged.</summary>
    public bool IsInBounds => FeeE8 <= Amount.MaxMovementE8;
}

/// <summary>Graduated tiers: the price of a call depends on its position in the month's count (5.1).</summary>
public static class Tiers
{
    /// <param name="monthCalls">Calls of the scope charged so far this month.</param>
    /// <param name="calls">Calls to charge now, at least one.</param>
    public static RatedCalls Rate(IReadOnlyList<Tier> tiers, long monthCalls, long calls)
    {
        var steps = new List<(long Calls, long UnitPriceE10)>();
        Int128 feeE10 = 0;
        foreach (var tier in tiers)
        {
            var room = tier.UpTo is { } upTo ? Math.Max(0, upTo - monthCalls) : calls;
            var here = Math.Min(room, calls);
            if (here == 0)
                continue;
            steps.Add((here, tier.UnitPriceE10));
            feeE10 += (Int128)here * tier.UnitPriceE10;
            monthCalls += here;
            calls -= here;
            if (calls == 0)
                break;
        }

        var rated = new RatedCalls(Rounding.CutToE8(feeE10), []);
        return rated.IsInBounds ? rated with { Steps = steps.ConvertAll(StepOf) } : rated;
    }

    /// <summary>The unit price (1e-10) of the next call to be charged.</summary>
    public static long NextPriceE10(IReadOnlyList<Tier> tiers, long monthCalls) =>
        tiers.First(t => t.UpTo is null || t.UpTo > monthCalls).UnitPriceE10;

    private static TierStep StepOf((long Calls, long UnitPriceE10) step) =>
        new(step.Calls, step.UnitPriceE10, (long)Rounding.CutToE8((Int128)step.Calls * step.UnitPriceE10));
}
