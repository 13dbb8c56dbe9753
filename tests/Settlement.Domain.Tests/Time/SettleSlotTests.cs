using CsCheck;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Domain.Tests.Time;

public class SettleSlotTests
{
    private static readonly Gen<BillingHour> Hour = Gen.Long[-50, 50].Select(n => new BillingHour(n));
    private static readonly Gen<SettleSlot> Closed = Gen.Select(Hour, Gen.OneOf(Gen.Long[0, 3], Gen.Long[0, 999])).Select((h, late) => Late(h, late));

    [Fact]
    public void An_event_goes_to_its_open_hour_or_to_the_next_closing() => Property.Holds(Gen.Select(Hour, Closed), 20_000, (hour, closed) =>
    {
        var slot = SettleSlot.For(hour, closed);
        Assert.True(slot > closed);
        Assert.Equal(hour > closed.Hour ? SettleSlot.OfHour(hour) : closed.Next, slot);
    });

    [Fact]
    public void The_next_closing_takes_what_is_late_and_every_hour_that_is_due() =>
        Property.Holds(Gen.Select(Closed, Hour, Gen.Bool), 20_000, (closed, due, lateWaits) =>
    {
        var through = SettleSlot.CloseThrough(due, closed, lateWaits);
        Assert.True(through.Hour >= due || through == closed || through == closed.Next);
        if (closed.Hour < due)
            Assert.Equal(SettleSlot.OfHour(due), through);
        else
            Assert.Equal(closed.Hour, through.Hour);
        if (lateWaits && closed.Number % 1000 != 999 && closed.Number % 1000 != -1)
            Assert.True(through > closed);
        if (!lateWaits && due <= closed.Hour)
            Assert.True(through <= closed);
    });

    [Fact]
    public void The_hour_of_a_slot_is_the_last_one_it_closes() => Property.Holds(Gen.Select(Hour, Gen.Long[0, 999]), 5_000, (hour, late) =>
        Assert.Equal(hour, Late(hour, late).Hour));

    [Fact]
    public void Hours_slots_and_months_are_shown_by_what_they_are_numbered_with() =>
        Assert.Equal("-3 7000 2026-03", $"{new BillingHour(-3)} {new SettleSlot(7_000)} {new BillingMonth(2026 * 12 + 2)}");

    private static SettleSlot Late(BillingHour hour, long late) => new(SettleSlot.OfHour(hour).Number + late);
}
