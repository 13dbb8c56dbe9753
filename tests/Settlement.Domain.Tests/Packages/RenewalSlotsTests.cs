using System.Globalization;
using CsCheck;
using Settlement.Domain.Packages;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Domain.Tests.Packages;

public class RenewalSlotsTests
{
    private const long Noon = 1_681_819_200_000_000;

    /// <summary>Instants on slots, on midnights, and a microsecond before or after them.</summary>
    private static readonly Gen<long> Near = Gen.Select(Gen.Long[-20, 20], Gen.OneOf(0L, 3, 12, 13, 16, 19), Gen.Long[-1, 1])
        .Select((day, hour, us) => Noon / Instant.PerDayUs * Instant.PerDayUs + day * Instant.PerDayUs + hour * Instant.PerHourUs + us);

    private static readonly Gen<(BillingZone Zone, Package Package, Lot Lot, long AfterUs)> Any = Gen.Select(
        Gen.OneOf(-12, -5, 0, 8, 14), Near, Gen.Int[1, 20], Gen.Long[0, 7], Near, Near, Near)
            .Select((offset, start, days, daysBefore, since, paid, after) =>
    {
        var zone = new BillingZone(offset);
        var package = new Package
        {
            PackageNo = 1, PackageId = "P", AccountNo = 1, ScopeNo = 1, Offer = "o", Term = new Term(TermUnit.Days, days), FirstStartUs = start,
            AutoRenew = true, AutoRenewSinceUs = since, DaysBefore = daysBefore,
        };
        var lot = new Lot
        {
            PackageNo = 1, PackageId = "P", LotNo = 1, ScopeNo = 1, StartUs = start, EndUs = package.EndOfLotUs(zone, 1), PaidUs = paid, Calls = 1,
            Left = 1,
        };
        return (zone, package, lot, after);
    });

    [Fact]
    public void The_next_slot_is_found_day_by_day() => Property.Holds(Any, 20_000, (zone, package, lot, after) =>
    {
        var expected = NaiveSlots(zone, package, lot).Where(s => s > after).Cast<long?>().FirstOrDefault();
        Assert.Equal(expected, RenewalSlots.Next(zone, package, lot, after));
    });

    [Fact]
    public void An_instant_is_a_slot_when_the_days_say_so() => Property.Holds(Any, 20_000, (zone, package, lot, after) =>
        Assert.Equal(NaiveSlots(zone, package, lot).Contains(after), RenewalSlots.IsSlot(zone, package, lot, after)));

    [Fact]
    public void The_last_slot_is_three_o_clock_of_the_expiry_date() => Property.Holds(Any, 5_000, (zone, package, lot, _) =>
        Assert.Equal(zone.DateOf(lot.StartUs).AddDays(package.Term.Count).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + "T03:00:00" + zone,
            zone.Show(RenewalSlots.LastSlotUs(zone, lot))));

    /// <summary>
    /// 8.2: 03:00:00 of every day from daysBefore days before the expiry date up to the expiry date, after the purchase and after automatic renewal
    /// was turned on, once the lot has begun.
    /// </summary>
    private static List<long> NaiveSlots(BillingZone zone, Package package, Lot lot)
    {
        var slots = new List<long>();
        var expiry = zone.DateOf(lot.EndUs - 1);
        for (var date = expiry.AddDays(-(int)package.DaysBefore); date <= expiry; date = date.AddDays(1))
        {
            var local = new DateTimeOffset(date.Year, date.Month, date.Day, 3, 0, 0, TimeSpan.FromHours(zone.OffsetHours));
            var us = (local.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10;
            if (us > package.AutoRenewSinceUs && us > lot.PaidUs && us >= lot.StartUs)
                slots.Add(us);
        }

        return slots;
    }
}
