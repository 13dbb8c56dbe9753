// What holds for every story, whatever it contains. The expectations are computed from the story and from the answers to its commands, never from
// what is being checked.
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Settlement.Domain.Accounts;
using Settlement.Domain.Ledger;
using Settlement.Domain.Tests;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

public class StoryTests
{
    [Fact]
    public void Every_story_adds_up() => Property.Holds(StoryGen.Any, 80, story =>
    {
        var told = Told.Of(story);
        TheBalanceIsTheSumOfItsMovements(told);
        TheLedgerBalances(told);
        EveryBillableCallIsCoveredOnce(story, told);
        NoLotGivesMoreThanItHas(told);
        EveryTermIsPaidOnce(told);
        TheRemainderIsLessThanAMinorUnit(told);
        PayPerUseCostsWhatTheTiersSay(told);
        ArrearsFollowTheBalance(story, told);
        Attempts.AreAtTheirSlots(story, told);
        Listening.HearsEverythingOnce(story, told);
    });

    private static void TheBalanceIsTheSumOfItsMovements(Told told)
    {
        foreach (var account in told.Accounts)
        {
            var paidIn = told.Commands.Where(c => c.Applied && c.Type == "top-up" && c.Get<string>("account") == account.AccountId)
                .Sum(c => decimal.Parse(c.Get<string>("amount")!, CultureInfo.InvariantCulture));
            var deducted = told.Rows.Where(r => r.AccountId == account.AccountId).Sum(r => r.DeductedE8);
            Assert.Equal(paidIn * 100_000_000 - deducted, account.BalanceE8);
            var adjusted = told.Commands.Where(c => c.Applied && c.Type == "adjust-balance" && c.Get<string>("account") == account.AccountId)
                .Select(c => -(long)(decimal.Parse(c.Get<string>("amount")!, CultureInfo.InvariantCulture) * 100_000_000)).Order();
            Assert.Equal(adjusted, told.Rows.Where(r => r.AccountId == account.AccountId && r.Kind == (long)RowKind.Adjustment)
                .Select(r => r.DeductedE8).Order());
        }
    }

    private static void TheLedgerBalances(Told told)
    {
        foreach (var account in told.Accounts)
        {
            long balance = 0, remainder = 0, no = 0;
            foreach (var entry in told.Entries[account.AccountId])
            {
                Assert.Equal(++no, entry.EntryNo);
                balance += entry.Book == (long)Book.Balance ? entry.AmountE8 : 0;
                remainder += entry.Book == (long)Book.Remainder ? entry.AmountE8 : 0;
                Assert.Equal((Book)entry.Book switch { Book.Balance => balance, Book.Remainder => remainder, _ => 0 }, entry.AfterE8);
            }

            Assert.Equal((account.BalanceE8, account.RemainderE8, account.EntryCount), (balance, -remainder, no));
            Assert.All(told.Entries[account.AccountId].GroupBy(e => (e.AccountVersion, e.Cause)), p => Assert.Equal(0, p.Sum(e => e.AmountE8)));
        }
    }

    private static void EveryBillableCallIsCoveredOnce(Story story, Told told)
    {
        var made = story.FirstOfEachIdentity().Where(e => e.Status / 100 == 2)
            .GroupBy(e => $"{e.Account} {e.Api}/{e.Region} {e.Project} {BillingHour.Of(e.TimeUs)}")
                .ToDictionary(g => g.Key, g => g.Sum(e => e.Count), StringComparer.Ordinal);
        var rows = told.Rows.Where(r => r.Kind is (long)RowKind.PackageUsage or (long)RowKind.PayPerUse)
            .Select(r => ($"{r.AccountId} {r.Api}/{r.Region} {r.Project} {r.UseHour}", r.Calls!.Value));
        var held = told.Held.Where(q => q.Reason is not HoldReason.Conflict && q.Status / 100 == 2)
            .Select(q => ($"{q.Account} {q.Api}/{q.Region} {q.Project} {BillingHour.Of(q.TimeUs!.Value)}", q.Calls));
        var found = rows.Concat(held).GroupBy(x => x.Item1, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(x => x.Item2), StringComparer.Ordinal);
        Assert.Equal(made.OrderBy(m => m.Key, StringComparer.Ordinal), found.OrderBy(m => m.Key, StringComparer.Ordinal));
    }

    private static void NoLotGivesMoreThanItHas(Told told)
    {
        foreach (var lot in told.Lots)
        {
            var drawn = told.Rows.Where(r => r.Kind == (long)RowKind.PackageUsage && r.PackageId == lot.PackageId && r.LotNo == lot.LotNo).ToList();
            Assert.InRange(lot.Left, 0, lot.Calls);
            Assert.Equal(lot.Calls - lot.Left, drawn.Sum(r => r.Calls));
            Assert.All(drawn, r => Assert.True(lot.StartUs <= r.UseStartUs && r.UseEndUs <= lot.EndUs));
            Assert.All(drawn, r => Assert.True(lot.Project is null || lot.Project == r.Project));
        }
    }

    private static void EveryTermIsPaidOnce(Told told)
    {
        var payments = told.Rows.Where(r => r.Kind is (long)RowKind.Purchase or (long)RowKind.Renewal or (long)RowKind.AutoRenewal).ToList();
        Assert.Equal(told.Lots.Select(l => (l.PackageId, l.LotNo)).Order(), payments.Select(r => (r.PackageId!, r.LotNo)).Order());
        Assert.All(payments, r => Assert.Equal(r.LotNo == 1, r.Kind == (long)RowKind.Purchase));
        foreach (var package in told.Lots.GroupBy(l => l.PackageId))
            Assert.Equal(package.SkipLast(1).Select(l => l.EndUs), package.Skip(1).Select(l => l.StartUs));
    }

    private static void TheRemainderIsLessThanAMinorUnit(Told told)
    {
        foreach (var account in told.Accounts)
        {
            Assert.InRange(account.RemainderE8, 0, told.Settings.Rounding == Domain.Settings.RoundingMode.Carry ? 999_999 : 0);
            var usage = told.Rows.Where(r => r.AccountId == account.AccountId && r.Kind == (long)RowKind.PayPerUse).ToList();
            Assert.Equal(usage.Sum(r => r.FeeE8), usage.Sum(r => r.DeductedE8 + r.WrittenOffE8) + account.RemainderE8);
            Assert.All(told.Rows, r => Assert.Equal(0, r.DeductedE8 % 1_000_000));
        }
    }

    /// <summary>Each row continues the counter of its scope's month, call by call, at the price of its hour (5.1, 5.2, 7.2).</summary>
    private static void PayPerUseCostsWhatTheTiersSay(Told told)
    {
        var catalog = Domain.Pricing.CatalogJson.Read(Story.Catalog, "", told.Settings.TimeZone, [])!;
        var counters = new Dictionary<(string, string?, string?, Domain.Time.BillingMonth), long>();
        foreach (var row in told.Rows.Where(r => r.Kind == (long)RowKind.PayPerUse).OrderBy(r => r.AccountVersion).ThenBy(r => r.Line))
        {
            var key = (row.AccountId, row.Api, row.Region, told.Settings.TimeZone.MonthOf(row.UseHour!.Value.StartUs));
            var tiers = catalog.Prices.Where(p => p.Api == row.Api && p.Region == row.Region && p.FromUs <= row.UseHour!.Value.StartUs)
                .MaxBy(p => p.FromUs)!.Tiers;
            BigInteger exact = 0;
            for (var i = 0; i < row.Calls; i++)
            {
                var n = counters[key] = counters.GetValueOrDefault(key) + 1;
                exact += tiers.First(t => t.UpTo is null || n <= t.UpTo).UnitPriceE10;
            }

            Assert.Equal(exact / 100, row.FeeE8);
        }
    }

    /// <summary>
    /// 9: an account below zero has been in arrears since the movement that took it there. The days since then tell which state it is in.
    /// </summary>
    private static void ArrearsFollowTheBalance(Story story, Told told)
    {
        var days = told.Settings.EveryLevel.PayPerUse;
        foreach (var account in told.Accounts)
        {
            long? since = null;
            foreach (var movement in told.Entries[account.AccountId].Where(e => e.Book == (long)Book.Balance).GroupBy(e => e.AccountVersion))
                since = movement.Last().AfterE8 >= 0 ? null : since ?? movement.Last().DueUs;
            var expected = since is not { } us ? AccountState.Normal
                : us + (days.GraceDays + days.RetentionDays) * Instant.PerDayUs <= story.UntilUs ? AccountState.Released
                : us + days.GraceDays * Instant.PerDayUs <= story.UntilUs ? AccountState.Frozen : AccountState.Grace;
            Assert.Equal((expected, since ?? 0), (account.State, account.ArrearsSinceUs));
        }
    }
}
