using Settlement.Domain.Accounts;
using Settlement.Domain.Ledger;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Storage.Accounts;
using Settlement.Storage.Notices;

namespace Settlement.Storage.Plans;

/// <summary>
/// Writes plans: everything that a decision changes, in the caller's transaction. Each account's version is raised by one and checked, so a plan made
/// from an older state changes nothing and throws <see cref="LateWriterException"/>.
/// </summary>
public sealed class PlanWriter(SettlementStore store)
{
    private static readonly string[] EntryColumns =
        ["AccountNo", "EntryNo", "AccountVersion", "Book", "AmountE8", "AfterE8", "Cause", "DueUs", "TransactionUs"];

    private static readonly string[] StepColumns = ["AccountNo", "AccountVersion", "Line", "Step", "Calls", "UnitPriceE10", "FeeE8"];

    private static readonly string[] NoticeColumns = ["AccountNo", "Sequence", "NoticeId", "Name", "AtUs", "PackageId", "Body", "Published"];

    private static readonly string[] RowColumns =
    [
        "AccountNo", "AccountVersion", "Line", "Kind", "ScopeNo", "ProjectNo", "PackageNo", "LotNo", "UseHour", "UseStartUs", "UseEndUs", "DueUs",
        "TransactionUs", "Cycle", "Calls", "Late", "FeeE8", "DeductedE8", "WrittenOffE8",
    ];

    /// <summary>
    /// Several plans of one account follow each other, and each starts from the state that the one before leaves. Plans are written in the order of
    /// the accounts' numbers, the store's own account last, whatever order they were decided in. That way, when two writers meet, one waits for the
    /// other instead of both waiting for each other.
    /// </summary>
    public void Write(Session session, IReadOnlyList<Plan> decided)
    {
        IReadOnlyList<Plan> plans = decided.Count <= 1
            ? decided : [.. decided.OrderBy(p => p.Before.AccountNo == AccountReader.StoreAccountNo).ThenBy(p => p.Before.AccountNo)];
        WriteAccounts(session, plans);
        WriteScopes(session, plans);
        WritePackages(session, plans);
        store.Engine.Insert(session, "BillRow", RowColumns, plans.SelectMany(p => p.Rows.Select(r => Row(session, p, r))));
        store.Engine.Insert(session, "TierStep", StepColumns, plans.SelectMany(Steps));
        store.Engine.Insert(session, "Entry", EntryColumns, plans.SelectMany(p => p.Entries.Select(e => Entry(p, e))));
        store.Engine.Insert(session, "Notice", NoticeColumns, Notices(plans));
        WriteMonths(session, plans);
        session.ExecuteEach("plan/add-agenda", plans.SelectMany(p => p.Agenda).Select(a => new
        {
            a.DueUs, Kind = (long)a.Kind, a.SortUs, a.AccountNo, a.PackageNo, a.LotNo,
        }));
    }

    /// <summary>Each account as it was before the first of its plans and as the last one leaves it.</summary>
    private static void WriteAccounts(Session session, IReadOnlyList<Plan> plans)
    {
        var accounts = plans.GroupBy(p => p.Before.AccountNo).Select(g => (First: g.First(), Last: g.Last())).ToList();
        foreach (var group in accounts.GroupBy(a => IsNew(a.First)))
        {
            var written = session.ExecuteEach(group.Key ? "account/open" : "account/update", group.Select(a => Account(a.First, a.Last.Written)));
            var late = group.Zip(written).FirstOrDefault(p => p.Second != 1).First.First;
            if (late is not null)
                throw new LateWriterException($"Account {late.After.AccountId} is no longer at version {late.Before.Version}.");
        }
    }

    private static object Account(Plan first, Account written) => new
    {
        written.AccountNo,
        written.AccountId,
        written.Name,
        written.Level,
        written.OpenedUs,
        first.Before.Version,
        NewVersion = written.Version,
        written.BalanceE8,
        written.RemainderE8,
        State = (long)written.State,
        written.ArrearsSinceUs,
        written.BalanceBelowE8,
        BalanceLowTold = Flag(written.BalanceLowTold),
        written.LowPackagePercent,
        written.EntryCount,
        written.NoticeCount,
    };

    private static bool IsNew(Plan plan) => plan.Before.Version == 0 && plan.Before.AccountNo != AccountReader.StoreAccountNo;

    private void WriteScopes(Session session, IReadOnlyList<Plan> plans)
    {
        foreach (var scope in plans.SelectMany(p => p.NewScopes))
        {
            session.Execute("account/add-scope", new
            {
                scope.ScopeNo,
                scope.AccountNo,
                ApiNo = store.Words.NumberOf(session, WordKind.Api, scope.Api),
                RegionNo = store.Words.NumberOf(session, WordKind.Region, scope.Region),
                scope.ResourceName,
                OnPackages = Flag(scope.OnPackages),
                PackageLowTold = Flag(scope.PackageLowTold),
            });
        }

        session.ExecuteEach("account/update-scope", plans.SelectMany(p => p.ChangedScopes).GroupBy(s => s.ScopeNo).Select(g => g.Last())
            .Select(scope => new
        {
            scope.ScopeNo, scope.ResourceName, OnPackages = Flag(scope.OnPackages), PackageLowTold = Flag(scope.PackageLowTold),
        }));
        session.ExecuteEach("account/subscribe", plans.SelectMany(p => p.SubscriptionStarts));
        foreach (var ended in plans.SelectMany(p => p.SubscriptionEnds))
            Expect([session.Execute(ended.EndUs > ended.StartUs ? "account/unsubscribe" : "account/never-subscribed", ended)], "subscription");
    }

    private void WritePackages(Session session, IReadOnlyList<Plan> plans)
    {
        foreach (var package in plans.Select(p => p.NewPackage).OfType<Package>())
            session.Execute("package/add", Args(session, package));
        foreach (var package in plans.Select(p => p.ChangedPackage).OfType<Package>())
            session.Execute("package/update", Args(session, package));
        session.ExecuteEach("package/add-lot", plans.SelectMany(p => p.NewLots).Select(lot => new
        {
            lot.PackageNo, lot.LotNo, lot.ScopeNo, Origin = (long)lot.Origin, lot.StartUs, lot.EndUs, lot.PaidUs, lot.Calls, LeftCalls = lot.Left,
            lot.PriceE8,
        }));
        Expect(session.ExecuteEach("package/draw", LotsLeft(plans)), "lot");
        Upsert(session, "package/set-attempt", "package/add-attempt", plans.Select(p => p.Attempt).OfType<RenewalAttempt>().Select(attempt => new
        {
            attempt.PackageNo, attempt.LotNo, attempt.SlotUs, Renewed = Flag(attempt.Renewed), attempt.ShortfallE8,
        }));
    }

    /// <summary>Each lot only once, however many of the plans draw on it.</summary>
    private static IEnumerable<LotLeft> LotsLeft(IReadOnlyList<Plan> plans) => plans.SelectMany(p => p.LotsLeft).GroupBy(l => (l.PackageNo, l.LotNo))
        .Select(g => g.Count() == 1 ? g.First() : new LotLeft(g.Key.PackageNo, g.Key.LotNo, g.First().LeftBefore, g.Last().LeftAfter));

    private object Args(Session session, Package package) => new
    {
        package.PackageNo,
        package.PackageId,
        package.AccountNo,
        package.ScopeNo,
        ProjectNo = store.Words.NumberOf(session, WordKind.Project, package.Project),
        package.Offer,
        Term = package.Term.ToString(),
        package.FirstStartUs,
        AutoRenew = Flag(package.AutoRenew),
        package.AutoRenewSinceUs,
        package.DaysBefore,
    };

    private static void WriteMonths(Session session, IReadOnlyList<Plan> plans)
    {
        var months = plans.SelectMany(p => p.MonthCalls).GroupBy(m => (m.ScopeNo, m.Month))
            .ToLookup(g => g.First().IsFirst, g => new { g.Key.ScopeNo, g.Key.Month, g.Last().Calls });
        session.ExecuteEach("plan/add-month", months[true]);
        Expect(session.ExecuteEach("plan/set-month", months[false]), "month's count");
    }

    /// <summary>Updates the existing row or adds a new one. No single statement for this works on both engines.</summary>
    private static void Upsert(Session session, string change, string add, IEnumerable<object> rows)
    {
        var all = rows.ToList();
        session.ExecuteEach(add, all.Zip(session.ExecuteEach(change, all)).Where(r => r.Second == 0).Select(r => r.First));
    }

    private object?[] Row(Session session, Plan plan, BillRow row) =>
    [
        plan.Before.AccountNo, plan.Before.Version + 1, row.Line, (long)row.Kind, row.ScopeNo ?? 0,
        store.Words.NumberOf(session, WordKind.Project, row.Project),
        row.PackageNo ?? 0, row.LotNo ?? 0, row.Hour?.Number, row.Use?.StartUs, row.Use?.EndUs, plan.Time.DueUs, plan.Time.NowUs,
        (long)row.Cycle.Number, row.Calls,
        Flag(row.Late), row.FeeE8, row.DeductedE8, row.WrittenOffE8,
    ];

    private static IEnumerable<object?[]> Steps(Plan plan) => plan.Rows.SelectMany(r => r.Steps.Select((s, i) => new object?[]
    {
        plan.Before.AccountNo, plan.Before.Version + 1, r.Line, (long)i + 1, s.Calls, s.UnitPriceE10, s.FeeE8,
    }));

    private static object?[] Entry(Plan plan, Entry entry) =>
    [
        plan.Before.AccountNo, entry.EntryNo, plan.Before.Version + 1, (long)entry.Book, entry.AmountE8, entry.AfterE8, entry.Cause, plan.Time.DueUs,
        plan.Time.NowUs,
    ];

    private static IEnumerable<object?[]> Notices(IReadOnlyList<Plan> plans)
    {
        var json = new NoticeJson();
        return plans.SelectMany(plan => plan.Notices.Select((n, i) => new object?[]
        {
            plan.Before.AccountNo, plan.Before.NoticeCount + i + 1, n.Id, n.Name, n.AtUs, n.PackageId, json.Write(n.Data), 0L,
        }));
    }

    private static long Flag(bool value) => value ? 1 : 0;

    private static void Expect(IReadOnlyList<int> affected, string what)
    {
        if (affected.Any(a => a != 1))
            throw new LateWriterException($"A {what} is no longer as it was loaded.");
    }
}
