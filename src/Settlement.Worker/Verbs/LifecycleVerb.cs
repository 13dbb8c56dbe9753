using System.CommandLine;

namespace Settlement.Worker.Verbs;

/// <summary>Lifecycle steps by hand (8, 9).</summary>
internal sealed class LifecycleVerb : Verb
{
    private readonly Option<string> _until = UntilOption();
    private readonly Option<bool> _dryRun = DryRunOption();

    public LifecycleVerb()
        : base("lifecycle", "Does every due lifecycle step now: starts and ends of lots, renewal attempts, arrears steps.")
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
