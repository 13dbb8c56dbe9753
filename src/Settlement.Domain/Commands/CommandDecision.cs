using Settlement.Domain.Accounts;
using Settlement.Domain.Ledger;
using Settlement.Domain.Lifecycle;
using Settlement.Domain.Money;
using Settlement.Domain.Notices;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;

namespace Settlement.Domain.Commands;

/// <summary>
/// Decides one command about an account. The checks follow the order of INTERFACE 2, and the first that applies is the answer. Commands about
/// packages are in <see cref="PackageCommands"/>.
/// </summary>
public static class CommandDecision
{
    public static CommandAnswer Decide(CommandInput input)
    {
        var answer = input.Command.Type switch
        {
            CommandType.OpenAccount => Open(input),
            CommandType.BuyPackage => PackageCommands.Buy(input),
            CommandType.RenewPackage => PackageCommands.Renew(input),
            CommandType.SetAutoRenew => PackageCommands.SetAutoRenew(input),
            CommandType.RefundPackage => input.Package is null
                ? CommandAnswer.Refused(Refusal.UnknownPackage) : CommandAnswer.Refused(Refusal.PackageNotRefundable),
            _ when input.Account is null => CommandAnswer.Refused(Refusal.UnknownAccount),
            CommandType.TopUp => TopUp(input, input.Account),
            CommandType.AdjustBalance => Adjust(input, input.Account),
            CommandType.Subscribe => Subscribe(input, input.Account),
            CommandType.Unsubscribe => Unsubscribe(input, input.Account),
            CommandType.SetAlert => SetAlert(input, input.Account),
            _ => throw new InvalidOperationException($"{input.Command.Type} is no command about an account."),
        };
        if (answer.Plan is { } plan)
            Tell(plan, NoticeName.CommandApplied, input.Command);
        return answer;
    }

    /// <summary>Puts the answer to a refused command into a plan for the account it is about, or for the store.</summary>
    public static Plan TellRefused(Account account, Terms terms, StepTime time, ReadCommand command, string code, string? detail)
    {
        var plan = new Plan(account, terms, time);
        plan.Tell(Notice.Of(
            NoticeName.CommandRefused,
            command.Id ?? throw new ArgumentException("A command that is answered has an id, if one made of its text.", nameof(command)),
            time.DueUs,
            command.Command?.Package,
            ("command", command.Id),
            ("commandType", command.Type),
            ("account", command.Account),
            ("code", code),
            ("detail", detail)));
        return plan;
    }

    public static void Tell(Plan plan, string name, Command command) => plan.Tell(Notice.Of(
        name, command.Id, plan.Time.DueUs, command.Package, ("command", command.Id), ("commandType", command.Type)));

    private static CommandAnswer Open(CommandInput input)
    {
        if (input.Account is not null)
            return CommandAnswer.Refused(Refusal.AccountExists);
        var account = new Account
        {
            AccountNo = input.Free.AccountNo,
            AccountId = input.Command.Account!,
            Name = input.Command.Name,
            Level = input.Command.Level ?? "V0",
            OpenedUs = input.Time.DueUs,
        };
        return CommandAnswer.Applied(new Plan(account, input.Terms, input.Time));
    }

    private static CommandAnswer TopUp(CommandInput input, Account account)
    {
        var amount = input.Command.AmountE8;
        if (account.BalanceE8 + amount > Amount.MaxBalanceE8)
            return CommandAnswer.Refused(Refusal.Malformed, "amount: the balance would be too large");
        var plan = new Plan(account, input.Terms, input.Time);
        plan.Post(input.Command.Id, (Book.Balance, amount), (Book.TopUps, -amount));
        BalanceWatch.AfterMovement(plan, Cause.OfCommand(input.Command.Id));
        return CommandAnswer.Applied(plan);
    }

    private static CommandAnswer Adjust(CommandInput input, Account account)
    {
        var amount = input.Command.AmountE8;
        if (Math.Abs(account.BalanceE8 + amount) > Amount.MaxBalanceE8)
            return CommandAnswer.Refused(Refusal.Malformed, "amount: the balance would be too large");
        var plan = new Plan(account, input.Terms, input.Time);
        plan.Add(new BillRow
        {
            Line = plan.NextLine,
            Kind = RowKind.Adjustment,
            Cycle = Cycle.OfPayment(plan.Zone, plan.Time.NowUs),
            FeeE8 = -amount,
            DeductedE8 = -amount,
        });
        plan.Post(input.Command.Id, (Book.Balance, amount), (Book.Adjustments, -amount));
        BalanceWatch.AfterMovement(plan, Cause.OfCommand(input.Command.Id));
        return CommandAnswer.Applied(plan);
    }

    private static CommandAnswer Subscribe(CommandInput input, Account account)
    {
        var command = input.Command;
        var catalog = input.Terms.Catalog;
        if (!catalog.HasApi(command.Api!))
            return CommandAnswer.Refused(Refusal.UnknownApi);
        if (!catalog.HasRegion(command.Region!))
            return CommandAnswer.Refused(Refusal.UnknownRegion);
        if (input.Subscriptions.Any(s => s.Contains(input.Time.DueUs)))
            return CommandAnswer.Refused(Refusal.AlreadySubscribed);
        if (account.InArrears)
            return CommandAnswer.Refused(Refusal.AccountInArrears);
        var plan = new Plan(account, input.Terms, input.Time);
        var scope = ScopeFor(plan, input, command.Api!, command.Region!);
        if (command.ResourceName is not null)
            Subscriptions.Rename(plan, scope, command.ResourceName);
        Subscriptions.Open(plan, scope, input.Subscriptions);
        return CommandAnswer.Applied(plan);
    }

    private static CommandAnswer Unsubscribe(CommandInput input, Account account)
    {
        var open = input.Subscriptions.FirstOrDefault(s => s.Contains(input.Time.DueUs));
        if (input.Scope is null || open == default)
            return CommandAnswer.Refused(Refusal.NotSubscribed);
        var plan = new Plan(account, input.Terms, input.Time);
        plan.SubscriptionEnds.Add(new SubscriptionChange(input.Scope.ScopeNo, open.StartUs, input.Time.DueUs));
        return CommandAnswer.Applied(plan);
    }

    private static CommandAnswer SetAlert(CommandInput input, Account account)
    {
        var command = input.Command;
        var plan = new Plan(account, input.Terms, input.Time);
        if (command.GivesLowPackagePercent)
            plan.After = plan.After with { LowPackagePercent = command.LowPackagePercent };
        if (command.GivesBalanceBelow)
        {
            // Only a movement can cross the threshold: if the balance is already low when the alert is set, nothing has been crossed.
            plan.After = plan.After with
            {
                BalanceBelowE8 = command.BalanceBelowE8,
                BalanceLowTold = command.BalanceBelowE8 is { } below && account.BalanceE8 <= below,
            };
        }

        return CommandAnswer.Applied(plan);
    }

    /// <summary>The scope of the command; created if the account has not used it before.</summary>
    internal static Scope ScopeFor(Plan plan, CommandInput input, string api, string region)
    {
        if (input.Scope is { } known)
            return known;
        var scope = new Scope { ScopeNo = input.Free.ScopeNo, AccountNo = plan.Before.AccountNo, Api = api, Region = region };
        plan.NewScopes.Add(scope);
        return scope;
    }
}
