using System.CommandLine;

namespace Settlement.Worker.Verbs;

/// <summary>APIs, regions, currency, prices, offers. Each of its verbs is a class below.</summary>
internal sealed class CatalogVerb : Command
{
    public CatalogVerb()
        : base("catalog", "APIs, regions, currency, prices and offers.")
    {
        Add(new CheckVerb());
        Add(new ApplyVerb());
        Add(new ShowVerb());
    }

    private sealed class CheckVerb : Verb
    {
        private readonly Argument<string> _file = new("FILE") { Description = "the catalog, JSON; - for standard input" };

        public CheckVerb()
            : base("check", "Says every fault of a catalog file, also against the catalog in the store, and changes nothing.")
        {
            Add(_file);
            Add(OutputOption);
            Does((parsed, context) => Run(context, parsed.GetRequiredValue(_file)));
        }

        private static int Run(VerbContext context, string file) => throw new NotSupportedException("wired by the lead");
    }

    private sealed class ApplyVerb : Verb
    {
        private readonly Argument<string> _file = new("FILE") { Description = "the catalog, JSON; - for standard input" };

        public ApplyVerb()
            : base("apply", "Puts a catalog file in force, whole or not at all.")
        {
            Add(_file);
            Add(OutputOption);
            Does((parsed, context) => Run(context, parsed.GetRequiredValue(_file)));
        }

        private static int Run(VerbContext context, string file) => throw new NotSupportedException("wired by the lead");
    }

    private sealed class ShowVerb : Verb
    {
        private readonly Argument<string> _file = new("FILE")
        {
            Description = "a catalog file; without it the catalog in the store", Arity = ArgumentArity.ZeroOrOne,
        };

        public ShowVerb()
            : base("show", "Prints a catalog; as JSON in its canonical form, which apply takes.")
        {
            Add(_file);
            Add(OutputOption);
            Does((parsed, context) => Run(context, parsed.GetValue(_file)));
        }

        private static int Run(VerbContext context, string? file) => throw new NotSupportedException("wired by the lead");
    }
}
