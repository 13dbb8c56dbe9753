using Settlement.Domain.Notices;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Engine.Lifecycle;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

/// <summary>Steps of the agenda, many of which are loaded, decided and written together.</summary>
public abstract partial class StorageContract
{
    private const long UnitE8 = 100_000_000;

    /// <summary>The first slot of a lot of "ten" bought at nine.</summary>
    private static readonly long SlotUs = Us("2023-06-03T03:00:00Z");

    [Fact]
    public void Each_of_several_steps_of_one_account_at_one_instant_finds_what_those_before_it_left()
    {
        WithMoney("27", "a1");
        WithMoney("10", "a2");
        Do(Buy("a1", "p5"), Buy("a1", "p1"), Buy("a2", "p3"), Buy("a1", "p2"));
        StepUntil(SlotUs - 1);

        var steps = StepUntil(SlotUs);

        Assert.Equal(["p1 package-renewed", "p2 package-renewed", "p3 package-renewed", "p5 renewal-failed"], Told(steps));
        Assert.Equal("3.00", Assert.Single(steps[3].Plan.Notices).Data["shortfall"]);
        Assert.Equal([2 * UnitE8, 0L], Store.Read(AccountReader.All).Select(a => a.BalanceE8));
        Assert.Equal([steps[0].Plan.Before.Version, steps[0].Plan.Before.Version + 1, steps[0].Plan.Before.Version + 2], Versions(steps, "a1"));
    }

    [Fact]
    public void A_step_that_another_has_done_meanwhile_is_passed_over()
    {
        var accounts = Accounts(204).ToList();
        WithMoney("10", [.. accounts]);
        Do([.. accounts.Select(a => Buy(a, "package of " + a))]);
        StepUntil(SlotUs - 1);
        var taken = Store.Read(s => AccountReader.Find(s, accounts[201]))!;

        var told = false;
        var steps = StepUntil(SlotUs, () =>
        {
            // After the first transaction, when the steps of the second one have long been read.
            if (!told)
                Store.Write(s => Assert.Equal(1, s.Execute("agenda/remove", AttemptOf(s, accounts[201]))));
            told = true;
        });

        Assert.Equal(accounts.Where(a => a != taken.AccountId), steps.Select(s => s.Plan.Before.AccountId));
        Assert.Equal(taken, Store.Read(s => AccountReader.Find(s, taken.AccountId)));
        Assert.All(Store.Read(AccountReader.All).Where(a => a.AccountId != taken.AccountId), a => Assert.Equal(0, a.BalanceE8));
    }

    [Fact]
    public void Each_step_is_of_its_own_lot_however_many_the_package_has_had()
    {
        WithMoney("1000", "a1", "a2", "a3");
        // Lots of three packages end at the same time: the fourth lot of one while it is the third of another, and the only lot of the last one.
        Do(Buy("a1", "p"), Buy("a2", "q", """ "startsAt":"2023-06-10T09:00:00Z", """),
            Buy("a3", "r", """ "startsAt":"2023-08-10T09:00:00Z","autoRenew":false, """));

        var steps = StepUntil(Us("2024-06-12T00:00:00Z"));

        Assert.Equal(Enumerable.Range(1, 13), Lots(steps, NoticeName.PackageExpired, "p"));
        Assert.Equal(Enumerable.Range(1, 12), Lots(steps, NoticeName.PackageExpired, "q"));
        Assert.Equal([1], Lots(steps, NoticeName.PackageExpired, "r"));
        Assert.Equal(Enumerable.Range(2, 13), Lots(steps, NoticeName.PackageRenewed, "p"));
        Assert.Equal(Enumerable.Range(2, 12), Lots(steps, NoticeName.PackageRenewed, "q"));
        // A week before its end and a day before it. The other packages have been renewed by then.
        Assert.Equal([1, 1], Lots(steps, NoticeName.PackageExpiring, "r"));
        Assert.Equal(2, Notices(steps, NoticeName.PackageExpiring).Count());
        Assert.Equal(
            ["a2 package lot-started", "a3 package lot-started", "a3 pay-per-use lot-ended"],
            Notices(steps, NoticeName.BillingModeChanged)
                .Select(n => $"{n.Plan.Before.AccountId} {n.Notice.Data["mode"]} {n.Notice.Data["reason"]}"));
    }

    [Fact]
    public void A_slot_that_was_tried_is_not_tried_again_though_it_falls_due_once_more()
    {
        WithMoney("5", "a1");
        WithMoney("10", "a2");
        Do(Buy("a1", "p1"), Buy("a2", "p2"));
        StepUntil(SlotUs - 1);
        var again = Store.Read(s => Accounts(s).Select(a => AttemptOf(s, a)).ToList());
        Store.Write(s => s.Execute("agenda/remove", again[1]));
        Assert.Equal(["p1 renewal-failed"], Told(StepUntil(SlotUs)));
        TopUp("a1", "10", "too late for the slot");
        Store.Write(s => s.ExecuteEach("plan/add-agenda", again));

        Assert.Equal(["p2 package-renewed"], Told(StepUntil(SlotUs)));
        Assert.Equal([("p1", 0L), ("p2", 1L)], Store.Read(BillReader.Attempts).Select(a => (a.PackageId, a.Renewed)));
    }

    [Fact]
    public void Accounts_that_are_frozen_and_released_at_one_instant_tell_of_their_own_scopes()
    {
        foreach (var account in new[] { "a1", "a2" })
            Subscribed(account);
        Ingest(Call("e1", 1, "a1"), Call("e2", 1, "a2"));
        var run = closings.Begin(NineUs + 2 * Instant.PerHourUs)!;
        closings.Settle(run, () => NineUs);
        closings.Finish(run, NineUs);

        var steps = StepUntil(Us("2023-06-30T00:00:00Z"));

        Assert.Equal(["a1", "a2"], Notices(steps, NoticeName.ScopeFrozen).Select(n => n.Plan.Before.AccountId));
        Assert.Equal(["a1", "a2"], Notices(steps, NoticeName.ScopeReleased).Select(n => n.Plan.Before.AccountId));
        Assert.All(Store.Read(s =>
            Accounts(s).SelectMany(a => AccountReader.ScopesOf(s, AccountReader.Find(s, a)!.AccountNo))
            .SelectMany(c => AccountReader.Subscriptions(s, c.ScopeNo)).ToList()),
            p => Assert.Equal(run.DueUs + 30 * Instant.PerDayUs, p.EndUs));
    }

    private static IEnumerable<string> Accounts(Session session) => AccountReader.All(session).Select(a => a.AccountId);

    /// <summary>A package that renews automatically, unless told otherwise.</summary>
    private static string Buy(string account, string package, string more = """ "autoRenew":true, """) =>
        $$"""{"id":"buy {{package}}","type":"buy-package","account":"{{account}}","offer":"ten",{{(more.Contains("autoRenew", StringComparison.Ordinal) ? more : more + """ "autoRenew":true, """)}}"package":"{{package}}"}""";

    private static IEnumerable<string> Told(IEnumerable<Stepped> steps) =>
        steps.SelectMany(s => s.Plan.Notices).Select(n => $"{n.PackageId} {n.Name}");

    private static IEnumerable<long> Versions(IEnumerable<Stepped> steps, string account) =>
        steps.Where(s => s.Plan.Before.AccountId == account).Select(s => s.Plan.Before.Version);

    private static IEnumerable<(Plan Plan, Notice Notice)> Notices(IEnumerable<Stepped> steps, string name) =>
        steps.SelectMany(s => s.Plan.Notices.Where(n => n.Name == name).Select(n => (s.Plan, n)));

    private static IEnumerable<int> Lots(IEnumerable<Stepped> steps, string name, string package) =>
        Notices(steps, name).Where(n => n.Notice.PackageId == package).Select(n => (int)(long)n.Notice.Data["lot"]!);

    /// <summary>The attempt at the first slot of an account's only package, as entered in the agenda.</summary>
    private static object AttemptOf(Session session, string accountId)
    {
        var lot = Assert.Single(AccountReader.LotsOf(session, AccountReader.Find(session, accountId)!.AccountNo));
        return new
        {
            DueUs = SlotUs, Kind = (long)AgendaKind.RenewalAttempt, SortUs = lot.EndUs, AccountReader.Find(session, accountId)!.AccountNo,
            lot.PackageNo, lot.LotNo,
        };
    }

    private void WithMoney(string amount, params string[] accounts) => Do(
    [
        .. accounts.Select(a => $$"""{"id":"open {{a}}","type":"open-account","account":"{{a}}"}"""),
        .. accounts.Select(a => $$"""{"id":"money {{a}}","type":"top-up","account":"{{a}}","amount":"{{amount}}"}"""),
    ]);

    /// <summary>Does everything on the agenda up to an instant, and closes the hours as they pass.</summary>
    private List<Stepped> StepUntil(long untilUs, Action? between = null)
    {
        var steps = new List<Stepped>();
        while (Store.Read(AgendaSteps.NextDueUs) is { } dueUs && dueUs <= untilUs)
        {
            closings.Begin(dueUs);
            closings.Step(dueUs, (entry, plan) =>
            {
                steps.Add(new Stepped(entry, plan));
                between?.Invoke();
            });
        }

        return steps;
    }

    private sealed record Stepped(AgendaEntry Entry, Plan Plan);
}
