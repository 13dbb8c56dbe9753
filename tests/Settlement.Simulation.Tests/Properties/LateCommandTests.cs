using System.Text.Json;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Bills;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

/// <summary>Commands that take effect before something that was already done when they arrived. In a scenario, a command is never late.</summary>
public class LateCommandTests
{
    private const long StartUs = 1_682_524_800_000_000;

    [Fact]
    public void Turned_on_again_in_time_but_told_after_the_attempt_makes_no_second_one()
    {
        using var temp = new TempStore();
        var clock = new TestClock(StartUs);
        var core = new SettlementCore(new SettlementStore(temp.Engine, BillingSettings.Default), clock, inScenario: true);
        core.Store.Open(StartUs);
        core.Store.Write(session => core.Store.ApplyCatalog(session, CatalogJson.Read(Story.Catalog, "", new BillingZone(8), [])!, StartUs));
        var slot = StartUs + 27 * Instant.PerHourUs;
        Tell(core, clock, StartUs, StartUs, "open-account", new() { ["account"] = "a1" });
        Tell(core, clock, StartUs, StartUs, "top-up", new() { ["account"] = "a1", ["amount"] = "3" });
        Tell(core, clock, StartUs, StartUs, "buy-package",
            new() { ["account"] = "a1", ["offer"] = "day", ["package"] = "P", ["autoRenew"] = true, ["daysBefore"] = 0 });
        Advance(core, clock, slot);
        Tell(core, clock, slot + 5_000_000, slot - 10_000_000, "set-auto-renew", new() { ["package"] = "P", ["enabled"] = true });
        Advance(core, clock, slot + Instant.PerHourUs);

        Assert.Equal(slot, Assert.Single(core.Store.Read(BillReader.Attempts)).SlotUs);
        Assert.Single(core.Store.Read(BillReader.Notices), n => n.Name == "renewal-failed");
    }

    /// <summary>
    /// A package bought before the store existed, which also ended before that. The calls left are reported as void once a run has closed the lot's
    /// last hour (10), even if the hours after it are closed in the same span.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void What_was_over_before_the_store_was_there_expires_with_its_first_run(int hoursAtOnce)
    {
        using var temp = new TempStore();
        var clock = new TestClock(StartUs + (30 * 60 * Instant.PerSecondUs));
        var core = new SettlementCore(new SettlementStore(temp.Engine, BillingSettings.Default), clock, inScenario: true);
        core.Store.Open(clock.NowUs);
        core.Store.Write(session => core.Store.ApplyCatalog(session, CatalogJson.Read(Story.Catalog, "", new BillingZone(8), [])!, clock.NowUs));
        var bought = StartUs - (3 * Instant.PerDayUs);
        core.Commands.Receive(
            [
                """{"id":"1","type":"open-account","account":"a1","at":"2023-04-23T16:00:00Z"}""",
                """{"id":"2","type":"top-up","account":"a1","amount":"3","at":"2023-04-23T16:00:00Z"}""",
                """{"id":"3","type":"buy-package","account":"a1","offer":"day","package":"P","at":"2023-04-23T16:00:00Z"}""",
            ],
            clock.NowUs);
        for (var us = StartUs + (hoursAtOnce * Instant.PerHourUs); us <= StartUs + (5 * Instant.PerHourUs); us += hoursAtOnce * Instant.PerHourUs)
            Advance(core, clock, us);

        var notices = core.Store.Read(BillReader.Notices);
        Assert.Equal(bought, Assert.Single(notices, n => n.Name == "package-purchased").AtUs);
        Assert.Equal(StartUs + Instant.PerHourUs, Assert.Single(notices, n => n.Name == "package-expired").AtUs);
    }

    private static void Tell(SettlementCore core, TestClock clock, long nowUs, long atUs, string type, Dictionary<string, object?> fields)
    {
        fields["id"] = $"{type} {nowUs}";
        fields["type"] = type;
        fields["at"] = Instant.Show(atUs, 0);
        clock.NowUs = nowUs;
        core.Commands.Receive([JsonSerializer.Serialize(fields)], nowUs);
        core.Timeline.AdvanceTo(nowUs);
    }

    private static void Advance(SettlementCore core, TestClock clock, long us)
    {
        clock.NowUs = us;
        core.Timeline.AdvanceTo(us);
    }
}
