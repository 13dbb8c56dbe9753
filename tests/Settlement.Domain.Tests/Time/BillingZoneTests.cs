using System.Globalization;
using System.Numerics;
using CsCheck;
using Settlement.Domain.Ledger;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Domain.Tests.Time;

public class BillingZoneTests
{
    private static readonly Gen<long> AnyUs = Gen.OneOf(
        Gen.Long[-2_208_988_800_000_000, 7_258_118_400_000_000], Gen.Select(Gen.Long[-500_000, 2_000_000], Gen.Long[-1, 1])
            .Select((h, d) => h * Instant.PerHourUs + d));

    [Fact]
    public void Days_and_months_are_those_of_the_fixed_offset() => Property.Holds(Gen.Select(AnyUs, Gen.Int[-12, 14]), 20_000, (us, offset) =>
    {
        var zone = new BillingZone(offset);
        var local = DateTimeOffset.UnixEpoch.AddTicks(us * 10).ToOffset(TimeSpan.FromHours(offset));
        Assert.Equal(new DateOnly(local.Year, local.Month, local.Day), zone.DateOf(us));
        Assert.Equal(local.Year * 12 + local.Month - 1, zone.MonthOf(us).Number);
        Assert.Equal(new DateOnly(local.Year, local.Month, 1), zone.MonthOf(us).FirstDay);
        Assert.Equal(local.ToString("yyyy-MM", CultureInfo.InvariantCulture), zone.MonthOf(us).ToString());
        var midnight = zone.MidnightUs(zone.DateOf(us));
        Assert.InRange(us, midnight, midnight + Instant.PerDayUs - 1);
        Assert.Equal(midnight + Instant.PerDayUs, zone.MidnightUs(zone.DateOf(us).AddDays(1)));
    });

    [Fact]
    public void A_zone_is_a_whole_number_of_hours()
    {
        for (var hours = -20; hours <= 20; hours++)
        {
            var text = new BillingZone(hours).ToString();
            Assert.Equal(hours is >= -12 and <= 14, BillingZone.TryParse(text, out var zone));
            Assert.Equal(hours, zone.OffsetHours);
        }

        Assert.All(["+8:00", "08:00", "+08:30", "Z", "", "+0800", "+08:0", "UTC"], t => Assert.False(BillingZone.TryParse(t, out _)));
    }

    [Fact]
    public void Hours_are_half_open_UTC_hours() => Property.Holds(Gen.Select(AnyUs, Gen.Long[0, 3 * Instant.PerHourUs]), 20_000, (us, delay) =>
    {
        var hour = BillingHour.Of(us);
        Assert.Equal((BigInteger)us - Floor(us, Instant.PerHourUs) * Instant.PerHourUs, (BigInteger)us - hour.StartUs);
        Assert.True(hour.Period.Contains(us));
        var next = BillingHour.FirstOnTheHourUs(us);
        Assert.Equal(hour.StartUs, BillingHour.LastOnTheHourUs(us));
        Assert.True(next >= us && next - us < Instant.PerHourUs && next % Instant.PerHourUs == 0);
        var due = BillingHour.LastDueAt(us, delay);
        Assert.True(due.Period.EndUs + delay <= us);
        Assert.True(due.Next.Period.EndUs + delay > us);
    });

    [Fact]
    public void The_cycle_is_the_month_of_use_until_the_first_of_the_next_is_over() => Property.Holds(
        Gen.Select(Gen.Long[400_000, 500_000], Gen.Long[1, 24 * 70 * 3600L], Gen.Int[-12, 14]), 20_000, (hour, laterSeconds, offset) =>
        {
            var zone = new BillingZone(offset);
            var us = new BillingHour(hour).Next.StartUs + laterSeconds * 1_000_000;
            var used = DateTimeOffset.UnixEpoch.AddHours(hour).ToOffset(TimeSpan.FromHours(offset));
            var deducted = DateTimeOffset.UnixEpoch.AddTicks(us * 10).ToOffset(TimeSpan.FromHours(offset));
            var lastInstant = new DateTimeOffset(used.Year, used.Month, 1, 0, 0, 0, used.Offset).AddMonths(1).AddDays(1);
            var expected = deducted < lastInstant ? used : deducted;
            Assert.Equal(expected.ToString("yyyy-MM", CultureInfo.InvariantCulture), Cycle.OfUsage(zone, new BillingHour(hour), us).ToString());
        });

    private static BigInteger Floor(long a, long b)
    {
        var quotient = BigInteger.DivRem(a, b, out var rest);
        return rest < 0 ? quotient - 1 : quotient;
    }
}
