using System.CommandLine;
using Settlement.Engine.Usage;
using Settlement.Storage.Quarantine;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Which quarantined events are meant; null means all.</summary>
internal sealed record QuarantineFilter(string? Reason, string? Account);

/// <summary>Bad events (7). Each of its verbs is a class below.</summary>
internal sealed class QuarantineVerb : Command
{
    public QuarantineVerb()
        : base("quarantine", "Bad events: what is held, and what becomes of it.")
    {
        Add(new ListVerb());
        Add(new QuarantineShowVerb());
        Add(new ReleaseVerb());
        Add(new DiscardVerb());
    }

    private static Option<string> Reason() => new("--reason") { Description = "only events held for this reason", HelpName = "reason" };

    private static Option<string> Account() => new("--account", "-a") { Description = "only events of this account", HelpName = "account" };

    private static Argument<long[]> Entries() =>
        new("ENTRY") { Description = "numbers of events, as list prints them", Arity = ArgumentArity.ZeroOrMore };

    private static Option<bool> All() => new("--all") { Description = "all that are held for the reason or account given" };

    private static void NeedEntriesOrAll(Command verb, Argument<long[]> entries, Option<bool> all) => verb.Validators.Add(result =>
    {
        if (result.GetValue(entries) is { Length: > 0 } == result.GetValue(all))
            result.AddError("Name events, or say --all (with --reason or --account to narrow it).");
    });

    private sealed class ListVerb : Verb
    {
        private readonly Option<string> _reason = Reason();
        private readonly Option<string> _account = Account();

        public ListVerb()
            : base("list", "The held events, with reason, age and value.")
        {
            Add(_reason);
            Add(_account);
            Add(OutputOption);
            Does((parsed, context) => Run(context, new QuarantineFilter(parsed.GetValue(_reason), parsed.GetValue(_account))));
        }

        private static int Run(VerbContext context, QuarantineFilter filter)
        {
            using var open = OpenStore.ToRead(context);
            var now = open.Core.NowUs;
            var views = open.Views;
            using var rows = context.Listing.Long<QuarantineEntryView>(
                [
                    new("ENTRY", e => Figures.Plain(e.Entry), RightAligned: true), new("REASON", e => e.Reason), new("ACCOUNT", e => e.Account),
                    new("CALLS", e => e.Calls is { } calls ? Figures.Count(calls) : null, RightAligned: true),
                    new("VALUE", e => e.Value, RightAligned: true), new("HELD FOR", e => e.Age),
                    new("API", e => e.Api, Detail: true), new("TIME", e => Figures.Short(e.Time), Detail: true),
                    new("STATUS", e => e.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture), Detail: true),
                    new("REGION", e => e.Region, Detail: true), new("SOURCE", e => e.Source, Detail: true), new("ID", e => e.Id, Detail: true),
                ]);
            var total = new Total(0, 0, 0);
            open.Store.Read(session =>
            {
                foreach (var entry in QuarantineEntries.Stream(session, reason: filter.Reason, account: filter.Account))
                {
                    rows.Add(views.Entry(entry, now));
                    total = new Total(total.Calls + entry.Calls, total.ValueE8 + (entry.ValueE8 ?? 0), total.Unpriced
                        + (entry.ValueE8 is null ? 1 : 0));
                }

                return true;
            });
            rows.Print();
            if (rows.Count > 0)
            {
                context.Listing.Say($"{Figures.Of(rows.Count, "event")}, {Figures.Of(total.Calls, "call")}, worth {views.Money(total.ValueE8)} {views.Currency}"
                    + (total.Unpriced == 0 ? "." : $"; {Figures.Count(total.Unpriced)} of them without a price."));
            }

            return Exit.Done;
        }

        private readonly record struct Total(Int128 Calls, Int128 ValueE8, long Unpriced);
    }

    private sealed class ReleaseVerb : Verb
    {
        private readonly Argument<long[]> _entries = Entries();
        private readonly Option<bool> _all = All();
        private readonly Option<string> _reason = Reason();
        private readonly Option<string> _account = Account();

        public ReleaseVerb()
            : base("release", "Lets events go to their closing, waiving the check that held them (7.3).")
        {
            foreach (var option in new Option[] { _all, _reason, _account, OutputOption })
                Add(option);
            Add(_entries);
            NeedEntriesOrAll(this, _entries, _all);
            Does((parsed, context) => Run(
                context, parsed.GetValue(_entries) ?? [], new QuarantineFilter(parsed.GetValue(_reason), parsed.GetValue(_account))));
        }

        /// <param name="context">What every verb is given.</param>
        /// <param name="entries">Which entries; if there are none, all that match the filter.</param>
        /// <param name="filter">Used only if no entries are named.</param>
        private static int Run(VerbContext context, IReadOnlyList<long> entries, QuarantineFilter filter)
        {
            using var open = OpenStore.ToWrite(context);
            return new QuarantineDecisions(context, open).Decide(
                entries, filter, (session, some) => open.Core.Releases.Release(session, some, open.Core.NowUs, Environment.UserName), "released");
        }
    }

    private sealed class DiscardVerb : Verb
    {
        private readonly Argument<long[]> _entries = Entries();
        private readonly Option<bool> _all = All();
        private readonly Option<string> _reason = Reason();
        private readonly Option<string> _account = Account();
        private readonly Option<string> _because = new("--because") { Description = "why; is recorded", HelpName = "text", Required = true };
        private readonly Option<string> _by = new("--by") { Description = "who; is recorded", HelpName = "name", DefaultValueFactory = _ =>
            Environment.UserName };

        public DiscardVerb()
            : base("discard", "Discards events for good; who did it and why is recorded.")
        {
            foreach (var option in new Option[] { _all, _reason, _account, _because, _by, OutputOption })
                Add(option);
            Add(_entries);
            NeedEntriesOrAll(this, _entries, _all);
            Does((parsed, context) => Run(
                context, parsed.GetValue(_entries) ?? [], new QuarantineFilter(parsed.GetValue(_reason), parsed.GetValue(_account)),
                parsed.GetRequiredValue(_because), parsed.GetRequiredValue(_by)));
        }

        /// <param name="context">What every verb is given.</param>
        /// <param name="entries">Which entries; if there are none, all that match the filter.</param>
        /// <param name="filter">Used only if no entries are named.</param>
        /// <param name="because">Why.</param>
        /// <param name="by">Who.</param>
        private static int Run(VerbContext context, IReadOnlyList<long> entries, QuarantineFilter filter, string because, string by)
        {
            if (string.IsNullOrWhiteSpace(because) || because.Length > QuarantineEntries.MaxBecause)
                throw new BadInputException("--because: give a reason of at most 1,000 characters");
            if (string.IsNullOrWhiteSpace(by) || by.Length > QuarantineEntries.MaxBy)
                throw new BadInputException("--by: give a name of at most 128 characters");
            using var open = OpenStore.ToWrite(context);
            return new QuarantineDecisions(context, open).Decide(
                entries, filter, (session, some) => QuarantineEntries.Discard(session, some, open.Core.NowUs, by, because), "discarded");
        }
    }
}
