using Settlement.Domain.Accounts;
using Settlement.Domain.Ledger;
using Settlement.Domain.Notices;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;

namespace Settlement.Domain.Lifecycle;

/// <summary>Renewal at the offer's current terms, for the package's own term (8.1), and the automatic attempt (8.3).</summary>
internal static class Renewal
{
    /// <summary>The lot that follows the package's last one. A renewed lot is bought, whatever the origin of the first.</summary>
    public static Lot NextLot(Plan plan, Package package, Lot last, OfferEntry offer) => new()
    {
        PackageNo = package.PackageNo,
        PackageId = package.PackageId,
        LotNo = last.LotNo + 1,
        ScopeNo = package.ScopeNo,
        Project = package.Project,
        Origin = LotOrigin.Bought,
        StartUs = last.EndUs,
        EndUs = package.EndOfLotUs(plan.Zone, last.LotNo + 1),
        PaidUs = plan.Time.DueUs,
        Calls = offer.Calls,
        Left = offer.Calls,
        PriceE8 = offer.PriceE8,
    };

    /// <summary>
    /// One attempt at the due instant. The price is deducted if the balance covers it; the balance never goes below zero. If it does not cover it,
    /// nothing changes and a notice says how much is missing. An offer that has since been withdrawn still renews at its last entry (8.6).
    /// </summary>
    /// <param name="again">An attempt was already made at this instant, so only a success is reported.</param>
    public static void Attempt(Plan plan, Package package, Lot last, Scope scope, bool again)
    {
        var slot = plan.Time.DueUs;
        var offer = plan.Terms.Catalog.LastOfferAt(package.Offer, slot)
            ?? throw new InvalidOperationException($"Offer {package.Offer} of package {package.PackageId} is not in the catalog.");
        var shortfall = Math.Max(0, offer.PriceE8 - plan.After.BalanceE8);
        if (again && shortfall > 0)
        {
            PlanNextSlot(plan, package, last, slot);
            return;
        }

        plan.Attempt = new RenewalAttempt(package.PackageNo, last.LotNo, slot, shortfall == 0, shortfall);
        var cause = Cause.OfAttempt(package.PackageId, last.LotNo, slot);
        if (shortfall == 0)
        {
            LotStart.Pay(plan, package, NextLot(plan, package, last, offer), scope, RowKind.AutoRenewal, cause, cause);
            return;
        }

        var next = RenewalSlots.Next(plan.Zone, package, last, slot);
        PlanNextSlot(plan, package, last, slot);
        plan.Tell(Notice.Of(
            NoticeName.RenewalFailed,
            cause,
            slot,
            package.PackageId,
            ("shortfall", plan.ShowAmount(shortfall)),
            ("price", plan.ShowAmount(offer.PriceE8)),
            ("balance", plan.ShowAmount(plan.After.BalanceE8)),
            ("nextAttempt", next is { } us ? plan.Zone.Show(us) : null)));
    }

    public static void PlanNextSlot(Plan plan, Package package, Lot last, long afterUs)
    {
        if (package.AutoRenew && RenewalSlots.Next(plan.Zone, package, last, afterUs) is { } slot)
            plan.Agenda.Add(new AgendaEntry(slot, AgendaKind.RenewalAttempt, plan.Before.AccountNo, package.PackageNo, last.LotNo, last.EndUs));
    }
}
