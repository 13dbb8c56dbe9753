using System.CommandLine;
using Settlement.Domain.Accounts;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Parking;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Accounts whose next step can't be done (2.5). Each of its verbs is a class below.</summary>
internal sealed class ParkedVerb : Command
{
    public ParkedVerb()
        : base("parked", "Parked accounts: one of their steps can't be done, and everything due after it waits.")
    {
        Add(new ListVerb());
        Add(new ShowVerb());
        Add(new RetryVerb());
    }

    private static Argument<string[]> AccountsArgument(string none) =>
        new("ACCOUNT") { Description = $"ids of accounts; none: {none}", Arity = ArgumentArity.ZeroOrMore };

    /// <summary>The accounts with these ids, parked or not; without ids, all that are parked.</summary>
    private static List<Account> Find(OpenStore open, IReadOnlyList<string> ids) => open.Store.Read(session => ids.Count == 0
        ? ParkedAccounts.All(session).ConvertAll(p => AccountReader.Get(session, p.AccountNo))
        : ids.Distinct(StringComparer.Ordinal).Select(id =>
            AccountReader.Find(session, id) ?? throw new BadInputException($"There is no account '{id}' in {open.Engine.Describe()}")).ToList());

    private static ParkedAccountView View(Session session, ViewMaker views, ParkedAccount parked)
    {
        var waiting = ParkedAccounts.Waiting(session, parked.AccountNo);
        return new ParkedAccountView(
            parked.AccountId, views.Time(parked.SinceUs), parked.StepName, views.Time(parked.DueUs), parked.Reason, parked.Tries,
            parked.Tries == 0 ? null : views.Time(parked.LastTryUs), waiting.Commands, waiting.Steps);
    }

    private sealed class ListVerb : Verb
    {
        public ListVerb()
            : base("list", "Which accounts are parked, since when, at which step and why.")
        {
            Add(OutputOption);
            Does((_, context) => Run(context));
        }

        private static int Run(VerbContext context)
        {
            using var open = OpenStore.ToRead(context);
            var views = open.Views;
            var parked = open.Store.Read(session => ParkedAccounts.All(session).ConvertAll(p => View(session, views, p)));
            context.Listing.Rows(
                parked,
                [
                    new("ACCOUNT", p => p.Account), new("SINCE", p => Figures.Short(p.Since)), new("STEP", p => p.Step),
                    new("DUE", p => Figures.Short(p.At)),
                    new("TRIES", p => Figures.Count(p.Tries), RightAligned: true), new("REASON", p => p.Reason),
                    new("COMMANDS", p => Figures.Count(p.Commands), RightAligned: true, Detail: true),
                    new("STEPS", p => Figures.Count(p.Steps), RightAligned: true, Detail: true),
                ]);
            if (parked.Count > 0)
                context.Listing.Say("Once the cause is fixed: settlement parked retry");
            return Exit.Done;
        }
    }

    private sealed class ShowVerb : Verb
    {
        private readonly Argument<string[]> _accounts = AccountsArgument("all that are parked");

        public ShowVerb()
            : base("show", "Everything known about parked accounts, and what waits for their retry.")
        {
            Add(_accounts);
            Add(OutputOption);
            Does((parsed, context) => Run(context, parsed.GetValue(_accounts) ?? []));
        }

        private static int Run(VerbContext context, string[] ids)
        {
            using var open = OpenStore.ToRead(context);
            var views = open.Views;
            var accounts = Find(open, ids);
            var found = open.Store.Read(session =>
                accounts.Select(a => ParkedAccounts.Find(session, a.AccountNo)).OfType<ParkedAccount>().Select(p => View(session, views, p))
                .ToList());
            if (context.Listing.IsJson)
                context.Listing.Json(found);
            else
                Print(context.Listing, found);
            foreach (var id in accounts.Select(a => a.AccountId).Except(found.Select(f => f.Account), StringComparer.Ordinal))
                context.Listing.Say($"{id} is not parked.");
            return Exit.Done;
        }

        private static void Print(Listing listing, List<ParkedAccountView> found)
        {
            if (found.Count == 0)
                listing.Say("No account is parked.");
            foreach (var view in found)
            {
                listing.Lines(
                    ("Account", view.Account), ("Parked since", Figures.Short(view.Since)), ("At its", $"{view.Step} due {Figures.Short(view.At)}"),
                    ("Reason", view.Reason),
                    ("Retries", view.LastTry is null ? "none yet"
                        : $"{Figures.Count(view.Tries)} ran into the same fault, the last at {Figures.Short(view.LastTry)}"),
                    ("Waits", $"{Figures.Of(view.Commands, "command")}, {Figures.Of(view.Steps, "step")} of lots and arrears, and the usage of every closing since"));
                listing.Say("");
            }
        }
    }

    private sealed class RetryVerb : Verb
    {
        private readonly Argument<string[]> _accounts = AccountsArgument("all that are parked");

        public RetryVerb()
            : base("retry", "Does what has fallen due for parked accounts, in due order; says what came of each.")
        {
            Add(_accounts);
            Add(OutputOption);
            Does((parsed, context) => Run(context, parsed.GetValue(_accounts) ?? []));
        }

        private static int Run(VerbContext context, string[] ids)
        {
            using var open = OpenStore.ToWrite(context);
            var views = open.Views;
            var accounts = Find(open, ids);
            var outcomes = new List<RetryView>();
            using (var progress = context.Progress())
            {
                foreach (var account in accounts)
                {
                    outcomes.Add(View(views, account, open.Core.Timeline.RetryParked(account.AccountNo)));
                    progress.Report(outcomes.Count, accounts.Count, "accounts");
                }
            }

            context.Listing.Rows(
                outcomes,
                [
                    new("ACCOUNT", o => o.Account), new("OUTCOME", o => o.Outcome), new("DONE", o => Figures.Count(o.StepsDone), RightAligned: true),
                    new("STEP", o => o.Parked?.Step), new("DUE", o => Figures.Short(o.Parked?.At)), new("REASON", o => o.Parked?.Reason),
                ]);
            return outcomes.Exists(o => o.Parked is not null) ? Exit.Differs : Exit.Done;
        }

        private static RetryView View(ViewMaker views, Account account, RetryOutcome? outcome) => new(
            account.AccountId,
            outcome is null ? "not-parked" : outcome.Still is null ? "resumed" : outcome.Steps > 0 ? "parked-again" : "parked",
            outcome?.Steps ?? 0,
            outcome?.Still is { } still ? views.Parked(still) : null);
    }

    /// <param name="At">The due time of the step.</param>
    /// <param name="Tries">Retries that ran into the same fault.</param>
    /// <param name="Commands">Commands that wait.</param>
    /// <param name="Steps">Steps of lots and arrears that wait.</param>
    private sealed record ParkedAccountView(
        string Account, string Since, string Step, string At, string Reason, long Tries, string? LastTry, long Commands, long Steps);

    /// <param name="Outcome"><c>resumed</c>, <c>parked</c> (the same step can't be done), <c>parked-again</c> (it got further) or
    /// <c>not-parked</c>.</param>
    /// <param name="StepsDone">The steps that were done before it ended.</param>
    /// <param name="Parked">Where it is parked now; null if it is not.</param>
    private sealed record RetryView(string Account, string Outcome, long StepsDone, ParkedView? Parked);
}
