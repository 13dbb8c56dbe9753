using System.Globalization;
using CsCheck;
using Settlement.Domain.Packages;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Domain.Tests.Time;

public class TermTests
{
    private static readonly Gen<DateOnly> AnyDate = Gen.OneOf(
        Gen.Int[0, 40_000].Select(d => new DateOnly(2000, 1, 1).AddDays(d)), Gen.Select(Gen.Int[2000, 2104], Gen.Int[1, 12])
            .Select((y, m) => new DateOnly(y, m, DateTime.DaysInMonth(y, m))));

    [Fact]
    public void The_nth_expiry_date_is_n_terms_from_the_first_start() => Property.Holds(
        Gen.Select(AnyDate, Gen.Enum<TermUnit>(), Gen.Int[1, 14], Gen.Int[1, 20]), 20_000, (start, unit, count, n) =>
        {
            var expected = unit switch
            {
                TermUnit.Years => MonthsLater(start, 12 * count * n),
                TermUnit.Months => MonthsLater(start, count * n),
                TermUnit.Weeks => DaysLater(start, 7 * count * n),
                _ => DaysLater(start, count * n),
            };
            Assert.Equal(expected, new Term(unit, count).ExpiryDate(start, n));
        });

    [Fact]
    public void Lots_follow_each_other_without_gap_or_overlap_and_end_at_midnight() => Property.Holds(
        Gen.Select(Gen.Long[0, 4_000_000_000_000_000], Gen.Enum<TermUnit>(), Gen.Int[1, 14], Gen.Int[-12, 14]), 5_000,
        (firstStart, unit, count, offset) =>
        {
            var zone = new BillingZone(offset);
            var before = firstStart;
            for (var n = 1; n <= 15; n++)
            {
                var end = Package.EndOfLotUs(zone, new Term(unit, count), firstStart, n);
                Assert.True(end > before);
                Assert.EndsWith("T23:59:59" + zone, zone.Show(end - 1_000_000), StringComparison.Ordinal);
                before = end;
            }
        });

    [Theory]
    [InlineData("P1Y", TermUnit.Years, 1)]
    [InlineData("P1M", TermUnit.Months, 1)]
    [InlineData("P2W", TermUnit.Weeks, 2)]
    [InlineData("P30D", TermUnit.Days, 30)]
    public void A_term_is_read_and_shown(string text, TermUnit unit, int count)
    {
        Assert.True(Term.TryParse(text, out var term));
        Assert.Equal(new Term(unit, count), term);
        Assert.Equal(text, term.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("P1")]
    [InlineData("PD")]
    [InlineData("P0D")]
    [InlineData("P-1D")]
    [InlineData("P1.5D")]
    [InlineData("P1Y1M")]
    [InlineData("PT1H")]
    [InlineData("p1d")]
    [InlineData("P1H")]
    [InlineData("P99999999999D")]
    [InlineData(" P1D")]
    public void Refuses_what_is_no_term(string text) => Assert.False(Term.TryParse(text, out _));

    [Theory]
    [InlineData("2024-03-31", "P1M", "2024-04-30", "2024-05-31")]
    [InlineData("2024-02-29", "P1Y", "2025-02-28", "2026-02-28")]
    [InlineData("2024-02-29", "P4Y", "2028-02-29", "2032-02-29")]
    [InlineData("2024-01-31", "P1M", "2024-02-29", "2024-03-31")]
    public void Clamped_months_do_not_shorten_the_next(string start, string term, string first, string second)
    {
        Assert.True(Term.TryParse(term, out var read));
        var from = DateOnly.Parse(start, CultureInfo.InvariantCulture);
        Assert.Equal([first, second],
            [read.ExpiryDate(from, 1).ToString("O", CultureInfo.InvariantCulture), read.ExpiryDate(from, 2)
            .ToString("O", CultureInfo.InvariantCulture)]);
    }

    private static DateOnly MonthsLater(DateOnly date, int months)
    {
        var (year, month) = (date.Year, date.Month);
        for (; months > 0; months--)
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1);
        var day = date.Day;
        while (!DateOnly.TryParseExact($"{year:D4}-{month:D2}-{day:D2}", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            day--;
        return new DateOnly(year, month, day);
    }

    private static DateOnly DaysLater(DateOnly date, int days) =>
        DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(days).Add(date.ToDateTime(TimeOnly.MinValue) - DateTime.UnixEpoch));
}
