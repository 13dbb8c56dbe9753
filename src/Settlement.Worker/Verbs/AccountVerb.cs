using System.CommandLine;
using System.Globalization;
using Settlement.Domain.Accounts;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Parking;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>How an account stands.</summary>
internal sealed class AccountVerb : Verb
{
    private readonly Argument<string> _account = new("ACCOUNT") { Description = "the account's id" };

    public AccountVerb()
        : base("account", "Balance, remainder, state, lots and subscriptions of an account: what a gateway that has missed notices asks for.")
    {
        Add(_account);
        Add(OutputOption);
        Does((parsed, context) => Run(context, parsed.GetRequiredValue(_account)));
    }

    private static int Run(VerbContext context, string accountId)
    {
        using var open = OpenStore.ToRead(context);
        var views = open.Views;
        var view = open.Store.Read(session =>
            AccountReader.Find(session, accountId) is { } account ? View(session, account, views, open.Core.NowUs) : null)
            ?? throw new BadInputException($"There is no account '{accountId}' in {open.Engine.Describe()}");
        if (context.Listing.IsJson)
            context.Listing.Json(view);
        else
            Print(context.Listing, view, views);
        return Exit.Done;
    }

    private static AccountView View(Session session, Account account, ViewMaker views, long nowUs)
    {
        var scopes = AccountReader.ScopesOf(session, account.AccountNo);
        var balance = views.Balance(account, ParkedAccounts.Find(session, account.AccountNo));
        return new AccountView(
            balance.Account,
            account.Name,
            account.Level,
            balance.Balance,
            balance.Remainder,
            balance.State,
            balance.Parked,
            account.InArrears ? views.Time(account.ArrearsSinceUs) : null,
            views.Time(account.OpenedUs),
            [.. AccountReader.LotsOf(session, account.AccountNo)
                .Select(lot =>
                views.AccountPackage(lot, scopes.First(s => s.ScopeNo == lot.ScopeNo), AccountReader.GetPackage(session, lot.PackageNo), nowUs))],
            [.. scopes.SelectMany(s => Subscription(session, account, s, views, nowUs)).OrderBy(s => s.Api, StringComparer.Ordinal)
                .ThenBy(s => s.Region, StringComparer.Ordinal)],
            new AlertsView(account.BalanceBelowE8 is { } below ? views.Money(below) : null, account.LowPackagePercent));
    }

    /// <summary>The subscription that is open now, if there is one; the mode is that of the last notice.</summary>
    private static IEnumerable<SubscriptionView> Subscription(Session session, Account account, Scope scope, ViewMaker views, long nowUs) =>
        AccountReader.Subscriptions(session, scope.ScopeNo).Where(p => p.Contains(nowUs)).Select(p => new SubscriptionView(
            scope.Api,
            scope.Region,
            Scope.ResourceId(account.AccountId, scope.Api, scope.Region),
            scope.ResourceName,
            views.Time(p.StartUs),
            scope.OnPackages ? "package" : "pay-per-use"));

    private static void Print(Listing listing, AccountView view, ViewMaker views)
    {
        listing.Lines(
            ("Account", view.Name is null ? view.Account : $"{view.Account} ({view.Name})"),
            ("Level", view.Level),
            ("Opened", Figures.Short(view.Opened)),
            ("Balance", $"{view.Balance} {views.Currency}"),
            ("Remainder", $"{view.Remainder} {views.Currency} used and not yet deducted"),
            ("State", view.ArrearsSince is null ? view.State : $"{view.State}, in arrears since {Figures.Short(view.ArrearsSince)}"),
            ("Parked", view.Parked is { } parked
                ? $"at its {parked.Step} due {Figures.Short(parked.At)}: {parked.Reason} (settlement parked show)" : null),
            ("Alerts", Alerts(view.Alerts, views)));
        listing.Say("");
        listing.Say("Packages");
        listing.Table(
            view.Packages,
            [
                new("PACKAGE", p => p.Package), new("LOT", p => p.Lot.ToString(CultureInfo.InvariantCulture), RightAligned: true),
                new("STATE", p => p.State),
                new("LEFT", p => Figures.Count(p.Left), RightAligned: true), new("OF", p => Figures.Count(p.Calls), RightAligned: true),
                new("API", p => p.Api),
                new("END", p => Figures.Short(Figures.LastSecond(p.End))), new("START", p => Figures.Short(p.Start), Detail: true),
                new("RENEWS", p => p.AutoRenew ? "automatically" : null, Detail: true),
                new("REGION", p => p.Region, Detail: true), new("PROJECT", p => p.Project, Detail: true),
            ]);
        listing.Say("");
        listing.Say("Subscriptions");
        listing.Table(
            view.Subscriptions,
            [
                new("API", s => s.Api), new("REGION", s => s.Region), new("PAID BY", s => s.Mode), new("SINCE", s => Figures.Short(s.Since)),
                new("NAME", s => s.ResourceName, Detail: true), new("RESOURCE", s => s.Resource, Detail: true),
            ]);
        listing.Say(views.TimesAre);
    }

    private static string? Alerts(AlertsView alerts, ViewMaker views)
    {
        string?[] parts =
        [
            alerts.BalanceBelow is { } below ? $"balance at or below {below} {views.Currency}" : null,
            alerts.LowPackagePercent is { } percent ? string.Create(CultureInfo.InvariantCulture, $"packages at or below {percent} %") : null,
        ];
        return parts.OfType<string>().Any() ? string.Join("; ", parts.OfType<string>()) : null;
    }
}
