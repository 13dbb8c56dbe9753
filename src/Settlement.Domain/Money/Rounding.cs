using Settlement.Domain.Settings;

namespace Settlement.Domain.Money;

/// <summary>
/// How a row's fee is split, all in 1e-8 of the currency: <c>fee + remainder before = deducted + written off + remainder after</c>.
/// </summary>
public readonly record struct RoundedFee(long DeductedE8, long WrittenOffE8, long RemainderE8);

/// <summary>The only two places where digits are dropped or carried over. A fee changes nowhere else.</summary>
public static class Rounding
{
    private const int E10PerE8 = 100;

    /// <summary>An exact sum of calls x price, cut (not rounded) to 8 decimals (5.3). It may be larger than a movement may be.</summary>
    public static Int128 CutToE8(Int128 feeE10) => feeE10 / E10PerE8;

    /// <summary>How much of a fee is deducted in whole minor units, and what happens to the rest (5.4).</summary>
    public static RoundedFee Deduct(RoundingMode mode, Currency currency, long feeE8, long remainderE8)
    {
        var minor = currency.MinorUnitE8;
        if (mode == RoundingMode.Truncate)
        {
            var whole = feeE8 / minor * minor;
            return new RoundedFee(whole, feeE8 - whole, remainderE8);
        }

        var due = feeE8 + remainderE8;
        var deducted = due / minor * minor;
        return new RoundedFee(deducted, 0, due - deducted);
    }
}
