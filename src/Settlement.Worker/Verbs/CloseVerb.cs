using System.CommandLine;

namespace Settlement.Worker.Verbs;

/// <summary>Closings by hand (2.3).</summary>
internal sealed class CloseVerb : Verb
{
    private readonly Option<string> _until = UntilOption();
    private readonly Option<bool> _dryRun = DryRunOption();

    public CloseVerb()
        : base("close", "Closes every due hour now, oldest first.")
    {
        Add(_until);
        Add(_dryRun);
        Add(OutputOption);
        Does((parsed, context) => Run(context, context.InstantUs(_until.Name, parsed.GetValue(_until)), parsed.GetValue(_dryRun)));
    }

    /// <param name="context">What every verb is given.</param>
    /// <param name="untilUs">The test clock; null: the clock.</param>
    /// <param name="dryRun">Change nothing.</param>
    private static int Run(VerbContext context, long? untilUs, bool dryRun) => throw new NotSupportedException("wired by the lead");
}
