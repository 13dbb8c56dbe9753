// 2.5: an account whose step can't be done is parked alone, and a retry does what it missed as if only this account had had an outage.

using Settlement.Domain.Notices;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Storage.Parking;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

public sealed class ParkingTests : IDisposable
{
    private const string Start = "2023-05-10T08:00:00+08:00";
    private const string End = "2023-05-11T04:00:00+08:00";

    private readonly TempStore temp = new();
    private readonly TestClock clock = new(Us(Start));
    private readonly SettlementCore core;

    public ParkingTests()
    {
        core = new SettlementCore(new SettlementStore(temp.Engine, BillingSettings.Default), clock, inScenario: true);
        core.Store.Open(clock.NowUs);
        core.Store.Write(session =>
            core.Store.ApplyCatalog(session, CatalogJson.Read(Story.Catalog, "", core.Store.Settings.TimeZone, [])!, clock.NowUs));
        Command("""{"id":"1","type":"open-account","account":"a"}""");
        Command("""{"id":"2","type":"open-account","account":"b"}""");
        foreach (var account in new[] { "a", "b" })
        {
            Command($$"""{"id":"top {{account}}","type":"top-up","account":"{{account}}","amount":"100"}""");
            Command($$"""{"id":"buy {{account}}","type":"buy-package","account":"{{account}}","offer":"day","package":"P{{account}}","autoRenew":true,"daysBefore":0}""");
        }
    }

    [Fact]
    public void An_exception_in_a_command_parks_its_account_and_a_retry_gives_the_books_of_the_neighbour()
    {
        Sql("UPDATE Package SET Term = 'nonsense' WHERE PackageId = 'Pa'");
        Command("""{"id":"renew a","type":"renew-package","package":"Pa"}""");
        Command("""{"id":"renew b","type":"renew-package","package":"Pb"}""");
        Command("""{"id":"more a","type":"top-up","account":"a","amount":"7"}""");
        Command("""{"id":"more b","type":"top-up","account":"b","amount":"7"}""");
        clock.Pass(core.Timeline, Us(End));

        var parked = Assert.Single(core.Store.Read(ParkedAccounts.All));
        Assert.Equal(("a", ParkedStep.Command, Us(Start)), (parked.AccountId, parked.StepName, parked.DueUs));
        Assert.Equal(ParkedStep.Command, core.Timeline.RetryParked(parked.AccountNo)!.Still!.StepName);
        Assert.Equal(1, core.Store.Read(session => ParkedAccounts.Find(session, parked.AccountNo))!.Tries);
        Assert.Equal(1, Notices("a").Count(n => n == NoticeName.AccountParked));

        Sql("UPDATE Package SET Term = 'P1D' WHERE PackageId = 'Pa'");
        Assert.Null(core.Timeline.RetryParked(parked.AccountNo)!.Still);
        SameBooks();
    }

    [Fact]
    public void An_exception_in_an_attempt_parks_its_account_and_a_retry_gives_the_books_of_the_neighbour()
    {
        Sql("UPDATE Package SET Term = 'nonsense' WHERE PackageId = 'Pa'");
        clock.Pass(core.Timeline, Us(End));

        var parked = Assert.Single(core.Store.Read(ParkedAccounts.All));
        Assert.Equal("a", parked.AccountId);
        Sql("UPDATE Package SET Term = 'P1D' WHERE PackageId = 'Pa'");
        Assert.Null(core.Timeline.RetryParked(parked.AccountNo)!.Still);
        SameBooks();
    }

    public void Dispose() => temp.Dispose();

    /// <summary>Both accounts did the same things, so their books are equal except for names and transaction times.</summary>
    private void SameBooks()
    {
        Assert.Empty(core.Store.Read(ParkedAccounts.All));
        var accounts = core.Store.Read(AccountReader.All);
        Assert.Equal(accounts[1].BalanceE8, accounts[0].BalanceE8);
        Assert.Equal(Rows("b"), Rows("a"));
        Assert.Equal(Notices("b"), Notices("a").Where(n => n is not (NoticeName.AccountParked or NoticeName.AccountResumed)));
        Assert.Equal(Enumerable.Range(1, Notices("a").Count).Select(n => (long)n), core.Store.Read(BillReader.Notices).Where(n => n.AccountId == "a")
            .Select(n => n.Sequence).Order());
        Assert.Null(core.Timeline.Next(clock.NowUs)?.AtUs);
    }

    private List<string> Rows(string account) =>
        core.Store.Read(session => BillReader.Rows(session, new BillFilter())).Where(r => r.AccountId == account)
        .Select(r => $"{r.Kind} {r.LotNo} {r.DueUs} {r.Calls} {r.FeeE8} {r.DeductedE8}").ToList();

    private List<string> Notices(string account) =>
        core.Store.Read(BillReader.Notices).Where(n => n.AccountId == account).OrderBy(n => n.Sequence).Select(n => n.Name).ToList();

    private void Command(string body)
    {
        core.Commands.Receive([body], clock.NowUs);
        core.Timeline.ApplyCommands(clock.NowUs);
    }

    private void Sql(string text) => core.Store.Write(session =>
    {
        using var command = session.Connection.CreateCommand();
        command.Transaction = session.Transaction;
        command.CommandText = text;
        command.ExecuteNonQuery();
    });

    private static long Us(string text) => Instant.TryParse(text, out var us) ? us : throw new FormatException(text);
}
