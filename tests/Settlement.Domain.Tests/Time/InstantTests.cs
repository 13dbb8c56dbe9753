using System.Globalization;
using CsCheck;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Domain.Tests.Time;

public class InstantTests
{
    private const long Year1900Us = -2_208_988_800_000_000;
    private const long Year2200Us = 7_258_118_400_000_000;

    private static readonly Gen<long> AnyUs = Gen.OneOf(
        Gen.Long[Year1900Us, Year2200Us], Gen.Long[-100, 100], Gen.Long[Year1900Us / 1_000_000, Year2200Us / 1_000_000].Select(s => s * 1_000_000));

    [Fact]
    public void What_is_shown_is_read_back_in_every_zone() => Property.Holds(Gen.Select(AnyUs, Gen.Int[-12, 14]), 20_000, (us, offset) =>
    {
        var text = Instant.Show(us, offset);
        Assert.True(Instant.TryParse(text, out var read), text);
        Assert.Equal(us, read);
        Assert.Equal(us, Instant.OfUs(Instant.ToUtc(us)));
        Assert.Equal(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcTicks, Instant.ToUtc(us).UtcTicks);
        Assert.EndsWith(new BillingZone(offset).ToString(), text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\.\d*0[+-]|\.[+-]", text);
    });

    [Fact]
    public void Any_precision_is_cut_to_the_microsecond() => Property.Holds(
        Gen.Select(Gen.Long[Year1900Us / 1_000_000, Year2200Us / 1_000_000], Gen.String[Gen.Char["0123456789"], 1, 14], Gen.Int[-1439, 1439]), 20_000,
        (seconds, fraction, minutes) =>
        {
            var local = DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
            var offset = string.Create(
                CultureInfo.InvariantCulture, $"{(minutes < 0 ? '-' : '+')}{Math.Abs(minutes) / 60:D2}:{Math.Abs(minutes) % 60:D2}");
            Assert.True(Instant.TryParse($"{local}.{fraction}{offset}", out var us));
            var sixDigits = long.Parse(fraction.PadRight(6, '0')[..6], CultureInfo.InvariantCulture);
            Assert.Equal((seconds - minutes * 60L) * 1_000_000 + sixDigits, us);
        });

    [Theory]
    [InlineData("2023-04-18T15:00:00")]
    [InlineData("2023-04-18 15:00:00Z")]
    [InlineData("2023-02-29T15:00:00Z")]
    [InlineData("2023-04-18T24:00:00Z")]
    [InlineData("2023-04-18T15:60:00Z")]
    [InlineData("2023-04-18T15:00:60Z")]
    [InlineData("2023-04-18T15:00:00.Z")]
    [InlineData("2023-04-18T15:00:00+8:00")]
    [InlineData("2023-04-18T15:00:00+0800")]
    [InlineData("2023-04-18T15:00:00+24:00")]
    [InlineData("2023-04-18T15:00:00ZZ")]
    [InlineData("0000-04-18T15:00:00Z")]
    [InlineData("2023-04-18")]
    [InlineData("")]
    public void Refuses_what_is_no_RFC_3339_time_with_offset(string text) => Assert.False(Instant.TryParse(text, out _));

    [Fact]
    public void Without_offset_the_default_holds()
    {
        Assert.True(Instant.TryParse("2023-04-18T15:00:00", out var us, TimeSpan.FromHours(8)));
        Assert.Equal("2023-04-18T07:00:00+00:00", Instant.Show(us, 0));
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+23:59")]
    [InlineData("9999-12-31T23:59:59.999999Z")]
    [InlineData("9999-12-31T23:59:59-23:59")]
    public void What_is_read_can_be_placed_and_shown_in_every_zone(string text)
    {
        if (!Instant.TryParse(text, out var us))
            return;
        for (var offset = -12; offset <= 14; offset++)
        {
            Assert.NotEmpty(Instant.Show(us, offset));
            Assert.InRange(new BillingZone(offset).MonthOf(us).Number, 0, 200_000);
        }
    }
}
