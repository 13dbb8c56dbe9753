using System.CommandLine;

namespace Settlement.Worker.Verbs;

/// <summary>Which quarantined events are meant; null: all.</summary>
internal sealed record QuarantineFilter(string? Reason, string? Account);

/// <summary>Bad events (7). Each of its verbs is a class below.</summary>
internal sealed class QuarantineVerb : Command
{
    public QuarantineVerb()
        : base("quarantine", "Bad events: what is held, and what becomes of it.")
    {
        Add(new ListVerb());
        Add(new ShowVerb());
        Add(new ReleaseVerb());
        Add(new DiscardVerb());
    }

    private static Option<string> Reason() => new("--reason") { Description = "events held for this reason only", HelpName = "reason" };

    private static Option<string> Account() => new("--account", "-a") { Description = "events of this account only", HelpName = "account" };

    private static Argument<long[]> Entries() => new("ENTRY") { Description = "numbers of events, as list prints them", Arity = ArgumentArity.ZeroOrMore };

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
            : base("list", "The events held, with reason, age and value.")
        {
            Add(_reason);
            Add(_account);
            Add(OutputOption);
            Does((parsed, context) => Run(context, new QuarantineFilter(parsed.GetValue(_reason), parsed.GetValue(_account))));
        }

        private static int Run(VerbContext context, QuarantineFilter filter) => throw new NotSupportedException("wired by the lead");
    }

    private sealed class ShowVerb : Verb
    {
        private readonly Argument<long> _entry = new("ENTRY") { Description = "the number of an event, as list prints it" };

        public ShowVerb()
            : base("show", "All that is known of one event held, as it came.")
        {
            Add(_entry);
            Add(OutputOption);
            Does((parsed, context) => Run(context, parsed.GetRequiredValue(_entry)));
        }

        private static int Run(VerbContext context, long entry) => throw new NotSupportedException("wired by the lead");
    }

    private sealed class ReleaseVerb : Verb
    {
        private readonly Argument<long[]> _entries = Entries();
        private readonly Option<bool> _all = All();
        private readonly Option<string> _reason = Reason();
        private readonly Option<string> _account = Account();

        public ReleaseVerb()
            : base("release", "Lets events go to their closing, with the check waived that held them (7.3).")
        {
            foreach (var option in new Option[] { _all, _reason, _account, OutputOption })
                Add(option);
            Add(_entries);
            NeedEntriesOrAll(this, _entries, _all);
            Does((parsed, context) => Run(
                context, parsed.GetValue(_entries) ?? [], new QuarantineFilter(parsed.GetValue(_reason), parsed.GetValue(_account))));
        }

        /// <param name="context">What every verb is given.</param>
        /// <param name="entries">Which; none: all of the filter.</param>
        /// <param name="filter">Only for all.</param>
        private static int Run(VerbContext context, IReadOnlyList<long> entries, QuarantineFilter filter) => throw new NotSupportedException("wired by the lead");
    }

    private sealed class DiscardVerb : Verb
    {
        private readonly Argument<long[]> _entries = Entries();
        private readonly Option<bool> _all = All();
        private readonly Option<string> _reason = Reason();
        private readonly Option<string> _account = Account();
        private readonly Option<string> _because = new("--because") { Description = "why; is recorded", HelpName = "text", Required = true };
        private readonly Option<string> _by = new("--by") { Description = "who; is recorded", HelpName = "name", DefaultValueFactory = _ => Environment.UserName };

        public DiscardVerb()
            : base("discard", "Gives events up for good; who did it and why is recorded.")
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
        /// <param name="entries">Which; none: all of the filter.</param>
        /// <param name="filter">Only for all.</param>
        /// <param name="because">Why.</param>
        /// <param name="by">Who.</param>
        private static int Run(VerbContext context, IReadOnlyList<long> entries, QuarantineFilter filter, string because, string by) => throw new NotSupportedException("wired by the lead");
    }
}
