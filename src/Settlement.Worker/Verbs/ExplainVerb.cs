using System.CommandLine;

namespace Settlement.Worker.Verbs;

/// <summary>Why a bill row says what it says.</summary>
internal sealed class ExplainVerb : Verb
{
    private readonly Argument<string> _row = new("ROW") { Description = "the row's id, as bill prints it" };

    public ExplainVerb()
        : base("explain", "From a bill row back to its events, lots, tier steps and ledger entries.")
    {
        Add(_row);
        Add(OutputOption);
        Does((parsed, context) => Run(context, parsed.GetRequiredValue(_row)));
    }

    private static int Run(VerbContext context, string row) => throw new NotSupportedException("wired by the lead");
}
