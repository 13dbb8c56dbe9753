using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using CsCheck;
using Settlement.Domain.Money;
using Xunit;

namespace Settlement.Domain.Tests.Money;

public class AmountTests
{
    private static readonly Gen<long> AnyE8 = Gen.OneOf(
        Gen.Long[-Amount.MaxMovementE8, Amount.MaxMovementE8], Gen.Long[-1000, 1000], Gen.Long[-300, 300].Select(l => l * 50_000_000));

    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.Select(Gen.OneOf("", "-", "+", " "), Gen.String[Gen.Char["0123456789"], 0, 14], Gen.OneOf("", ".", ".0", "e1"),
            Gen.String[Gen.Char["0012345678"], 0, 13])
            .Select((sign, whole, point, fraction) => sign + whole + point + fraction),
        Gen.String[Gen.Char["0123456789.-+eE, ٣"], 0, 8]);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("512.12456789", 51_212_456_789)]
    [InlineData("0.00000001", 1)]
    [InlineData("-0.00000001", -1)]
    [InlineData("1.500000000000", 150_000_000)]
    [InlineData("10000000000", Amount.MaxMovementE8)]
    public void Reads_decimal_text(string text, long e8)
    {
        Assert.True(Amount.TryParseE8(text, out var read));
        Assert.Equal(e8, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("+1")]
    [InlineData("1e3")]
    [InlineData("1,000")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("0.000000001")]
    [InlineData("10000000000.00000001")]
    [InlineData("99999999999999999999999999999999999999999")]
    [InlineData("٣")]
    [InlineData("--1")]
    public void Refuses_what_is_no_amount(string text) => Assert.False(Amount.TryParseE8(text, out _));

    [Fact]
    public void What_is_shown_is_read_back() => Property.Holds(AnyE8, 20_000, e8 =>
    {
        Assert.True(Amount.TryParseE8(Amount.ShowE8(e8), out var read));
        Assert.Equal(e8, read);
    });

    [Fact]
    public void Shows_what_decimal_shows() => Property.Holds(Gen.Select(AnyE8, Gen.Int[0, 8]), 20_000, (e8, decimals) =>
    {
        var cut = (decimal)(e8 / (long)BigInteger.Pow(10, 8 - decimals)) / (decimal)BigInteger.Pow(10, decimals);
        Assert.Equal(
            cut.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), Amount.ShowFixed(e8, 8, decimals));
    });

    [Fact]
    public void Reads_what_whole_numbers_read() => Property.Holds(AnyText, 20_000, text =>
    {
        var expected = NaiveE8(text);
        Assert.Equal(expected is not null, Amount.TryParseE8(text, out var read));
        Assert.Equal(expected ?? 0, read);
    });

    [Fact]
    public void A_price_is_shown_with_enough_decimals_and_no_needless_ones() => Property.Holds(
        Gen.Select(Gen.OneOf(Gen.Long[0, 1_000_000_000_000_000_000], Gen.Long[0, 1000], Gen.Long[0, 1000].Select(l => l * 100_000_000)),
            Gen.Int[0, 3]), 20_000, (e10, min) =>
        {
            var text = Amount.Show(e10, 10, min);
            Assert.True(Amount.TryParsePriceE10(text, out var read));
            Assert.Equal(e10, read);
            var decimals = text.Contains('.', StringComparison.Ordinal) ? text.Length - text.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
            Assert.True(decimals >= min);
            Assert.True(decimals == min || text[^1] != '0', text);
        });

    private static long? NaiveE8(string text)
    {
        var match = Regex.Match(
            text, @"\A(?<sign>-?)(?<whole>[0-9]{1,20})(\.(?<fraction>[0-9]+))?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
        if (!match.Success)
            return null;
        var fraction = match.Groups["fraction"].Value;
        var scaled = BigInteger.Parse(match.Groups["whole"].Value + fraction, CultureInfo.InvariantCulture) * BigInteger.Pow(10, 8);
        var unit = BigInteger.Pow(10, fraction.Length);
        if (scaled % unit != 0 || scaled / unit > Amount.MaxMovementE8)
            return null;
        return (long)(scaled / unit) * (match.Groups["sign"].Value == "-" ? -1 : 1);
    }
}
