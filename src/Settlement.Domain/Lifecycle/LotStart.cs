using Settlement.Domain.Accounts;
using Settlement.Domain.Ledger;
using Settlement.Domain.Notices;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;

namespace Settlement.Domain.Lifecycle;

/// <summary>A lot is created: it is paid, its row is written, and everything that will fall due for it is planned (3.5, 8.1).</summary>
internal static class LotStart
{
    /// <param name="entryCause">The cause in the ledger: the command's id, or the attempt.</param>
    /// <param name="cause">The cause that the notices are derived from.</param>
    public static void Pay(Plan plan, Package package, Lot lot, Scope scope, RowKind kind, string entryCause, string cause)
    {
        plan.NewLots.Add(lot);
        plan.Add(new BillRow
        {
            Line = plan.NextLine,
            Kind = kind,
            ScopeNo = lot.ScopeNo,
            Project = package.Project,
            PackageNo = lot.PackageNo,
            LotNo = lot.LotNo,
            Use = lot.Life,
            Cycle = Cycle.OfPayment(plan.Zone, plan.Time.NowUs),
            Calls = lot.Calls,
            FeeE8 = lot.PriceE8,
            DeductedE8 = lot.PriceE8,
        });
        plan.Post(entryCause, (Book.Balance, -lot.PriceE8), (Book.PackageSales, lot.PriceE8));
        Tell(plan, lot, kind, scope);
        BalanceWatch.AfterMovement(plan, cause);
        Begin(plan, lot, scope);
        PlanEnd(plan, lot);
        Renewal.PlanNextSlot(plan, package, lot, plan.Time.DueUs);
    }

    /// <summary>A live lot puts its scope back on packages (4.4). Calls were added, so the low notice may be sent again (10).</summary>
    public static void GoLive(Plan plan, Scope scope, long atUs, string reason, string cause)
    {
        var live = BillingMode.Change(plan, scope with { PackageLowTold = false }, true, reason, atUs, cause);
        if (live == scope)
            return;
        if (plan.NewScopes.Remove(scope))
            plan.NewScopes.Add(live);
        else
            plan.ChangedScopes.Add(live);
    }

    private static void Begin(Plan plan, Lot lot, Scope scope)
    {
        if (lot.StartUs > plan.Time.DueUs)
            plan.Agenda.Add(Entry(plan, lot, lot.StartUs, AgendaKind.LotStart));
        else if (lot.EndUs > plan.Time.DueUs)
            GoLive(plan, scope, plan.Time.DueUs, lot.LotNo == 1 ? "purchased" : "renewed", Cause.OfLot("lot-start", lot.PackageId, lot.LotNo));
    }

    private static void PlanEnd(Plan plan, Lot lot)
    {
        foreach (var days in (ReadOnlySpan<long>)[7, 1])
        {
            var tell = lot.EndUs - days * Instant.PerDayUs;
            if (tell >= Math.Max(lot.StartUs, plan.Time.DueUs))
                plan.Agenda.Add(Entry(plan, lot, tell, AgendaKind.LotExpiring));
        }

        // If a lot was renewed after its end (8.5), nothing changes at that end any more.
        if (lot.EndUs > plan.Time.DueUs)
            plan.Agenda.Add(Entry(plan, lot, lot.EndUs, AgendaKind.LotEnd));
        var lastHourClosedUs = BillingHour.FirstOnTheHourUs(lot.EndUs + plan.Terms.Settings.CloseDelayUs);
        plan.Agenda.Add(Entry(plan, lot, Math.Max(lastHourClosedUs, plan.Time.DueUs), AgendaKind.LotVoid));
    }

    private static AgendaEntry Entry(Plan plan, Lot lot, long dueUs, AgendaKind kind) =>
        new(dueUs, kind, plan.Before.AccountNo, lot.PackageNo, lot.LotNo, lot.EndUs);

    private static void Tell(Plan plan, Lot lot, RowKind kind, Scope scope) => plan.Tell(Notice.Of(
        kind == RowKind.Purchase ? NoticeName.PackagePurchased : NoticeName.PackageRenewed,
        Cause.OfLot("paid", lot.PackageId, lot.LotNo),
        plan.Time.DueUs,
        lot.PackageId,
        ("lot", lot.LotNo),
        ("api", scope.Api),
        ("region", scope.Region),
        ("project", lot.Project),
        ("start", plan.Zone.Show(lot.StartUs)),
        ("end", plan.Zone.Show(lot.EndUs)),
        ("calls", lot.Calls),
        ("price", plan.ShowAmount(lot.PriceE8)),
        ("automatic", kind == RowKind.AutoRenewal)));
}
