using System.Numerics;
using CsCheck;
using Settlement.Domain.Money;
using Settlement.Domain.Settings;
using Xunit;

namespace Settlement.Domain.Tests.Money;

public class RoundingTests
{
    private static readonly Gen<Currency> AnyCurrency = Gen.OneOf("CNY", "JPY", "KWD", "VND", "USD").Select(c => Currency.Find(c)!);

    private static readonly Gen<long> AnyFee = Gen.OneOf(
        Gen.Long[0, 3_000_000], Gen.Long[0, 300_000_000], Gen.Long[0, Amount.MaxMovementE8], Gen.Const(0L));

    [Fact]
    public void A_fee_is_cut_to_8_decimals_not_rounded() =>
        Property.Holds(Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long[0, 10]), 20_000, (price, calls) =>
    {
        var exact = new BigInteger(price) * calls;
        Assert.Equal(BigInteger.Divide(exact, 100), Rounding.CutToE8((Int128)price * calls));
    });

    [Fact]
    public void Carry_loses_nothing_over_any_sequence() => Property.Holds(Gen.Select(AnyCurrency, AnyFee.Array[0, 30]), 5_000, (currency, fees) =>
    {
        long remainder = 0;
        BigInteger deducted = 0;
        foreach (var fee in fees)
        {
            var rounded = Rounding.Deduct(RoundingMode.Carry, currency, fee, remainder);
            Assert.Equal(fee + remainder, rounded.DeductedE8 + rounded.RemainderE8);
            Assert.Equal(0, rounded.DeductedE8 % currency.MinorUnitE8);
            Assert.InRange(rounded.RemainderE8, 0, currency.MinorUnitE8 - 1);
            Assert.Equal(0, rounded.WrittenOffE8);
            remainder = rounded.RemainderE8;
            deducted += rounded.DeductedE8;
        }

        var sum = fees.Aggregate(BigInteger.Zero, (s, f) => s + f);
        Assert.Equal(sum, deducted + remainder);
        Assert.Equal(sum / currency.MinorUnitE8 * currency.MinorUnitE8, deducted);
    });

    [Fact]
    public void Truncate_writes_off_what_it_does_not_deduct() =>
        Property.Holds(Gen.Select(AnyCurrency, AnyFee, Gen.Long[0, 99_999]), 20_000, (currency, fee, remainder) =>
    {
        var rounded = Rounding.Deduct(RoundingMode.Truncate, currency, fee, remainder);
        Assert.Equal(fee, rounded.DeductedE8 + rounded.WrittenOffE8);
        Assert.Equal(0, rounded.DeductedE8 % currency.MinorUnitE8);
        Assert.InRange(rounded.WrittenOffE8, 0, currency.MinorUnitE8 - 1);
        Assert.Equal(remainder, rounded.RemainderE8);
    });

    [Theory]
    [InlineData("CNY", 1_000_000)]
    [InlineData("JPY", 100_000_000)]
    [InlineData("KRW", 100_000_000)]
    [InlineData("VND", 100_000_000)]
    [InlineData("KWD", 100_000)]
    public void Minor_units_are_those_of_the_currency(string code, long minorE8) => Assert.Equal(minorE8, Currency.Find(code)!.MinorUnitE8);

    [Fact]
    public void Case_11_rounds_as_the_rules_say()
    {
        var cny = Currency.Find("CNY")!;
        Assert.Equal(new RoundedFee(51_212_000_000, 456_789, 0), Rounding.Deduct(RoundingMode.Truncate, cny, 51_212_456_789, 0));
        Assert.Equal(new RoundedFee(51_212_000_000, 0, 456_789), Rounding.Deduct(RoundingMode.Carry, cny, 51_212_456_789, 0));
    }
}
