using CsCheck;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Domain.Tests.Time;

public class SettleSlotTests
{
    private static readonly Gen<long> Hour = Gen.Long[-50, 50];
    private static readonly Gen<long> ClosedSlot = Gen.Select(Hour, Gen.OneOf(Gen.Long[0, 3], Gen.Long[0, 999])).Select((h, late) => SettleSlot.OfHour(h) + late);

    [Fact]
    public void An_event_goes_to_its_open_hour_or_to_the_next_closing() => Property.Holds(Gen.Select(Hour, ClosedSlot), 20_000, (hour, closed) =>
    {
        var slot = SettleSlot.For(hour, closed);
        Assert.True(slot > closed);
        Assert.Equal(hour > SettleSlot.HourOf(closed) ? SettleSlot.OfHour(hour) : closed + 1, slot);
    });

    [Fact]
    public void The_next_closing_takes_what_is_late_and_every_hour_that_is_due() => Property.Holds(Gen.Select(ClosedSlot, Hour, Gen.Bool), 20_000, (closed, due, lateWaits) =>
    {
        var through = SettleSlot.CloseThrough(due, closed, lateWaits);
        Assert.True(SettleSlot.HourOf(through) >= due || through == closed || through == closed + 1);
        if (SettleSlot.HourOf(closed) < due)
            Assert.Equal(SettleSlot.OfHour(due), through);
        else
            Assert.Equal(SettleSlot.HourOf(closed), SettleSlot.HourOf(through));
        if (lateWaits && closed % 1000 != 999 && closed % 1000 != -1)
            Assert.True(through > closed);
        if (!lateWaits && due <= SettleSlot.HourOf(closed))
            Assert.True(through <= closed);
    });

    [Fact]
    public void The_hour_of_a_slot_is_the_last_one_it_closes() => Property.Holds(Gen.Select(Hour, Gen.Long[0, 999]), 5_000, (hour, late) =>
        Assert.Equal(hour, SettleSlot.HourOf(SettleSlot.OfHour(hour) + late)));
}
