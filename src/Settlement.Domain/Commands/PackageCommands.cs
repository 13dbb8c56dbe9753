using Settlement.Domain.Accounts;
using Settlement.Domain.Ledger;
using Settlement.Domain.Lifecycle;
using Settlement.Domain.Notices;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;
using Settlement.Domain.Time;

namespace Settlement.Domain.Commands;

/// <summary>Buying, renewing manually, and turning automatic renewal on and off (3.5, 8).</summary>
internal static class PackageCommands
{
    public static CommandAnswer Buy(CommandInput input)
    {
        var (command, at) = (input.Command, input.Time.DueUs);
        if (command.StartsAtUs < at)
            return CommandAnswer.Refused(Refusal.Malformed, "startsAt: is before the instant the command takes effect");
        if (input.Account is not { } account)
            return CommandAnswer.Refused(Refusal.UnknownAccount);
        if (input.Package is not null)
            return CommandAnswer.Refused(Refusal.PackageExists);
        if (input.Terms.Catalog.LastOfferAt(command.Offer!, at) is not { } offer)
            return CommandAnswer.Refused(Refusal.UnknownOffer);
        if (Catalog.IsWithdrawn(offer, at))
            return CommandAnswer.Refused(Refusal.OfferWithdrawn);
        if (!Package.CanEnd(input.Terms.Settings.TimeZone, offer.Term, command.StartsAtUs ?? at, 1))
            return CommandAnswer.Refused(Refusal.Malformed, "startsAt: the term would not end before the year 9999");
        if (account.InArrears)
            return CommandAnswer.Refused(Refusal.AccountInArrears);
        var price = command.Origin == LotOrigin.Bought ? offer.PriceE8 : 0;
        if (account.BalanceE8 < price)
            return CommandAnswer.Refused(Refusal.InsufficientBalance);

        var plan = new Plan(account, input.Terms, input.Time);
        var scope = CommandDecision.ScopeFor(plan, input, offer.Api, offer.Region);
        var package = NewPackage(input, account, scope, offer);
        plan.NewPackage = package;
        Subscriptions.Open(plan, scope, input.Subscriptions);
        LotStart.Pay(plan, package, FirstLot(plan, package, command, offer, price), scope, RowKind.Purchase, command.Id, Cause.OfCommand(command.Id));
        return CommandAnswer.Applied(plan);
    }

    public static CommandAnswer Renew(CommandInput input)
    {
        var at = input.Time.DueUs;
        if (input is not { Package: { } package, LastLot: { } last, Account: { } account, Scope: { } scope })
            return CommandAnswer.Refused(Refusal.UnknownPackage);
        if (input.Terms.Catalog.LastOfferAt(package.Offer, at) is not { } offer || Catalog.IsWithdrawn(offer, at))
            return CommandAnswer.Refused(Refusal.OfferWithdrawn);
        if (!Package.CanEnd(input.Terms.Settings.TimeZone, package.Term, package.FirstStartUs, last.LotNo + 1))
            return CommandAnswer.Refused(Refusal.Malformed, "package: the term would not end before the year 9999");
        var days = input.Terms.Settings.DaysOf(account.Level).Package;
        if (at >= last.EndUs + (days.GraceDays + days.RetentionDays) * Instant.PerDayUs && at >= last.EndUs)
            return CommandAnswer.Refused(Refusal.PackageReleased);
        if (account.InArrears)
            return CommandAnswer.Refused(Refusal.AccountInArrears);
        if (account.BalanceE8 < offer.PriceE8)
            return CommandAnswer.Refused(Refusal.InsufficientBalance);

        var plan = new Plan(account, input.Terms, input.Time);
        LotStart.Pay(
            plan, package, Renewal.NextLot(plan, package, last, offer), scope, RowKind.Renewal, input.Command.Id, Cause.OfCommand(input.Command.Id));
        return CommandAnswer.Applied(plan);
    }

    public static CommandAnswer SetAutoRenew(CommandInput input)
    {
        var (command, at) = (input.Command, input.Time.DueUs);
        if (input is not { Package: { } package, LastLot: { } last, Account: { } account, Scope: { } scope })
            return CommandAnswer.Refused(Refusal.UnknownPackage);
        var turnedOn = command.Enabled && !package.AutoRenew;
        if (turnedOn && at >= last.EndUs)
            return CommandAnswer.Refused(Refusal.PackageExpired);
        if (turnedOn && (input.Terms.Catalog.LastOfferAt(package.Offer, at) is not { } offer || Catalog.IsWithdrawn(offer, at)))
            return CommandAnswer.Refused(Refusal.OfferWithdrawn);

        var plan = new Plan(account, input.Terms, input.Time);
        package = package with
        {
            AutoRenew = command.Enabled,
            AutoRenewSinceUs = turnedOn ? at : package.AutoRenewSinceUs,
            DaysBefore = command.DaysBefore ?? package.DaysBefore,
        };
        plan.ChangedPackage = package;
        if (turnedOn && at >= RenewalSlots.LastSlotUs(plan.Zone, last))
            Renewal.Attempt(plan, package, last, scope, input.Attempted);
        else
            // Commands come before attempts (2.4), so a slot at this very instant is still to come.
            Renewal.PlanNextSlot(plan, package, last, at - 1);
        return CommandAnswer.Applied(plan);
    }

    private static Package NewPackage(CommandInput input, Account account, Scope scope, OfferEntry offer) => new()
    {
        PackageNo = input.Free.PackageNo,
        PackageId = input.Command.Package!,
        AccountNo = account.AccountNo,
        ScopeNo = scope.ScopeNo,
        Project = input.Command.Project,
        Offer = offer.Offer,
        Term = offer.Term,
        FirstStartUs = input.Command.StartsAtUs ?? input.Time.DueUs,
        AutoRenew = input.Command.AutoRenew ?? false,
        AutoRenewSinceUs = input.Time.DueUs,
        DaysBefore = input.Command.DaysBefore ?? input.Terms.Settings.DaysBefore,
    };

    private static Lot FirstLot(Plan plan, Package package, Command command, OfferEntry offer, long price) => new()
    {
        PackageNo = package.PackageNo,
        PackageId = package.PackageId,
        LotNo = 1,
        ScopeNo = package.ScopeNo,
        Project = package.Project,
        Origin = command.Origin,
        StartUs = package.FirstStartUs,
        EndUs = package.EndOfLotUs(plan.Zone, 1),
        PaidUs = plan.Time.DueUs,
        Calls = offer.Calls,
        Left = offer.Calls,
        PriceE8 = price,
    };
}
