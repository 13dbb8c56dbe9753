using Settlement.Domain.Accounts;
using Settlement.Domain.Notices;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;

namespace Settlement.Domain.Lifecycle;

/// <summary>Everything that one step of the agenda may use.</summary>
/// <param name="LastRunUs">The last hourly instant that the time line has passed. No hourly run is made before the next one.</param>
/// <param name="Lot">The lot the entry is about; null for a step of the account.</param>
/// <param name="LastLot">The last lot of its package.</param>
/// <param name="LiveLot">Whether the scope has a lot that is live at the due instant and has calls left.</param>
/// <param name="Attempted">Whether an attempt for the lot was already made at the due instant.</param>
/// <param name="Subscribed">The scopes subscribed at the due instant, for steps of arrears.</param>
public sealed record StepInput(
    AgendaEntry Entry, Terms Terms, StepTime Time, BillingHour ClosedHour, long LastRunUs, Account Account, Package? Package, Scope? Scope, Lot? Lot,
    Lot? LastLot, bool LiveLot, bool Attempted,
    IReadOnlyList<SubscribedScope> Subscribed);

/// <summary>Decides one step of a lot or an account that fell due. A step whose reason has gone does nothing.</summary>
public static class LifecycleStep
{
    public static Plan Decide(StepInput input)
    {
        var plan = new Plan(input.Account, input.Terms, input.Time);
        if (input is { Package: { } package, Scope: { } scope, Lot: { } lot, LastLot: { } last })
            OfLot(plan, input, package, scope, lot, last);
        else
            Arrears.Step(plan, input.Entry, input.Subscribed);
        return plan;
    }

    private static void OfLot(Plan plan, StepInput input, Package package, Scope scope, Lot lot, Lot last)
    {
        switch (input.Entry.Kind)
        {
            case AgendaKind.LotStart when lot.Left > 0:
                LotStart.GoLive(plan, scope, plan.Time.DueUs, "lot-started", Cause.OfLot("lot-start", package.PackageId, lot.LotNo));
                break;
            case AgendaKind.LotEnd:
                var now = BillingMode.Change(
                    plan, scope, input.LiveLot, "lot-ended", plan.Time.DueUs, Cause.OfLot("lot-end", package.PackageId, lot.LotNo));
                if (now != scope)
                    plan.ChangedScopes.Add(now);
                break;
            case AgendaKind.LotExpiring when lot.LotNo == last.LotNo:
                plan.Tell(Notice.Of(
                    NoticeName.PackageExpiring, Cause.Of("expiring", package.PackageId, lot.LotNo, input.Entry.DueUs), plan.Time.DueUs,
                    package.PackageId,
                    ("lot", lot.LotNo), ("end", plan.Zone.Show(lot.EndUs)), ("left", lot.Left), ("autoRenew", package.AutoRenew)));
                break;
            case AgendaKind.LotVoid:
                Void(plan, input, lot);
                break;
            // A command that arrives late may plan a slot that has already been tried.
            case AgendaKind.RenewalAttempt when package.AutoRenew && lot.LotNo == last.LotNo && !input.Attempted
                && RenewalSlots.IsSlot(plan.Zone, package, last, plan.Time.DueUs):
                Renewal.Attempt(plan, package, last, scope, again: false);
                break;
        }
    }

    /// <summary>
    /// Sent once the lot's last hour has closed. While that hour is open (closings on hold, commands older than the store), the step waits for the
    /// next hourly run.
    /// </summary>
    private static void Void(Plan plan, StepInput input, Lot lot)
    {
        if (input.ClosedHour < BillingHour.Of(lot.EndUs - 1))
        {
            plan.Agenda.Add(input.Entry with { DueUs = Math.Max(input.Entry.DueUs, input.LastRunUs) + Instant.PerHourUs });
            return;
        }

        plan.Tell(Notice.Of(NoticeName.PackageExpired, Cause.OfLot("expired", lot.PackageId, lot.LotNo), plan.Time.DueUs, lot.PackageId,
            ("lot", lot.LotNo), ("voidCalls", lot.Left)));
    }
}
