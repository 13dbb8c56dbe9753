using System.Text.Json;
using Settlement.Domain.Accounts;
using Settlement.Domain.Ledger;
using Settlement.Domain.Packages;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;

namespace Settlement.Storage.Accounts;

/// <summary>
/// Writes plans: everything a decision changes, in the caller's transaction. Each account's version is raised by one and checked, so a plan made from
/// an older state changes nothing and throws <see cref="LateWriterException"/>.
/// </summary>
public sealed class PlanWriter(SettlementStore store)
{
    private static readonly JsonSerializerOptions NoticeJson = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] EntryColumns =
        ["AccountNo", "EntryNo", "AccountVersion", "Book", "AmountE8", "AfterE8", "Cause", "DueUs", "TransactionUs"];

    private static readonly string[] StepColumns = ["AccountNo", "AccountVersion", "Line", "Step", "Calls", "UnitPriceE10", "FeeE8"];

    private static readonly string[] NoticeColumns = ["AccountNo", "Sequence", "NoticeId", "Name", "AtUs", "PackageId", "Body", "Published"];

    private static readonly string[] RowColumns =
    [
        "AccountNo", "AccountVersion", "Line", "Kind", "ScopeNo", "ProjectNo", "PackageNo", "LotNo", "UseHour", "UseStartUs", "UseEndUs", "DueUs",
        "TransactionUs", "Cycle", "Calls", "Late", "FeeE8", "DeductedE8", "WrittenOffE8",
    ];

    public void Write(Session session, IReadOnlyList<Plan> plans)
    {
        WriteAccounts(session, plans);
        WriteScopes(session, plans);
        WritePackages(session, plans);
        store.Engine.Insert(session, "BillRow", RowColumns, plans.SelectMany(p => p.Rows.Select(r => Row(session, p, r))));
        store.Engine.Insert(session, "TierStep", StepColumns, plans.SelectMany(Steps));
        store.Engine.Insert(session, "Entry", EntryColumns, plans.SelectMany(p => p.Entries.Select(e => Entry(p, e))));
        store.Engine.Insert(session, "Notice", NoticeColumns, plans.SelectMany(Notices));
        WriteMonths(session, plans);
        foreach (var entry in plans.SelectMany(p => p.Agenda))
        {
            session.Execute("plan/add-agenda", new { entry.DueUs, Kind = (long)entry.Kind, entry.SortUs, entry.AccountNo, entry.PackageNo, entry.LotNo });
        }
    }

    private static void WriteAccounts(Session session, IReadOnlyList<Plan> plans)
    {
        foreach (var plan in plans)
        {
            var after = plan.After;
            var changed = session.Execute(IsNew(plan) ? "account/open" : "account/update", new
            {
                after.AccountNo,
                after.AccountId,
                after.Name,
                after.Level,
                after.OpenedUs,
                plan.Before.Version,
                after.BalanceE8,
                after.RemainderE8,
                State = (long)after.State,
                after.ArrearsSinceUs,
                after.BalanceBelowE8,
                BalanceLowTold = after.BalanceLowTold ? 1L : 0L,
                after.LowPackagePercent,
                EntryCount = plan.Before.EntryCount + plan.Entries.Count,
                NoticeCount = plan.Before.NoticeCount + plan.Notices.Count,
            });
            if (changed != 1)
                throw new LateWriterException($"Account {after.AccountId} is no longer at version {plan.Before.Version}.");
        }
    }

    private static bool IsNew(Plan plan) => plan.Before.Version == 0 && plan.Before.AccountNo != AccountStore.StoreAccountNo;

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

        foreach (var scope in plans.SelectMany(p => p.ChangedScopes))
        {
            session.Execute("account/update-scope", new
            {
                scope.ScopeNo, scope.ResourceName, OnPackages = Flag(scope.OnPackages), PackageLowTold = Flag(scope.PackageLowTold),
            });
        }

        foreach (var started in plans.SelectMany(p => p.SubscriptionStarts))
            session.Execute("account/subscribe", started);
        foreach (var ended in plans.SelectMany(p => p.SubscriptionEnds))
            Expect(1, session.Execute(ended.EndUs > ended.StartUs ? "account/unsubscribe" : "account/never-subscribed", ended), "subscription");
    }

    private void WritePackages(Session session, IReadOnlyList<Plan> plans)
    {
        foreach (var package in plans.Select(p => p.NewPackage).OfType<Package>())
            session.Execute("package/add", Args(session, package));
        foreach (var package in plans.Select(p => p.ChangedPackage).OfType<Package>())
            session.Execute("package/update", Args(session, package));
        foreach (var lot in plans.SelectMany(p => p.NewLots))
        {
            session.Execute("package/add-lot", new
            {
                lot.PackageNo, lot.LotNo, lot.ScopeNo, Origin = (long)lot.Origin, lot.StartUs, lot.EndUs, lot.PaidUs, lot.Calls, LeftCalls = lot.Left, lot.PriceE8,
            });
        }

        foreach (var left in plans.SelectMany(p => p.LotsLeft))
            Expect(1, session.Execute("package/draw", left), "lot");
        foreach (var attempt in plans.Select(p => p.Attempt).OfType<RenewalAttempt>())
        {
            var args = new
            {
                attempt.PackageNo, attempt.LotNo, attempt.SlotUs, Renewed = Flag(attempt.Renewed), attempt.ShortfallE8,
            };
            if (session.Execute("package/set-attempt", args) == 0)
                session.Execute("package/add-attempt", args);
        }
    }

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
        foreach (var month in plans.SelectMany(p => p.MonthCalls))
        {
            var args = new { month.ScopeNo, Month = (long)month.Month, month.Calls };
            if (session.Execute("plan/set-month", args) == 0)
                session.Execute("plan/add-month", args);
        }
    }

    private object?[] Row(Session session, Plan plan, BillRow row) =>
    [
        plan.Before.AccountNo, plan.Before.Version + 1, row.Line, (long)row.Kind, row.ScopeNo ?? 0, store.Words.NumberOf(session, WordKind.Project, row.Project),
        row.PackageNo ?? 0, row.LotNo ?? 0, row.Hour, row.Use?.StartUs, row.Use?.EndUs, plan.Time.DueUs, plan.Time.NowUs, (long)row.Cycle, row.Calls,
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

    private static IEnumerable<object?[]> Notices(Plan plan) => plan.Notices.Select((n, i) => new object?[]
    {
        plan.Before.AccountNo, plan.Before.NoticeCount + i + 1, n.Id, n.Name, n.AtUs, n.PackageId, JsonSerializer.Serialize(n.Data, NoticeJson), 0L,
    });

    private static long Flag(bool value) => value ? 1 : 0;

    private static void Expect(int expected, int found, string what)
    {
        if (found != expected)
            throw new LateWriterException($"A {what} is no longer as it was loaded.");
    }
}
