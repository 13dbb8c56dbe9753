using System.CommandLine;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Lifecycle steps by hand (8, 9). What else is due before a step — commands, closings — is done before it, as always (2.4).</summary>
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
    /// <param name="untilUs">The time of the test clock; null for the real clock.</param>
    /// <param name="dryRun">Change nothing.</param>
    private static int Run(VerbContext context, long? untilUs, bool dryRun)
    {
        using var run = UnderTestClock.Start(context, untilUs, dryRun);
        var timeline = run.Open.Core.Timeline;
        var closed = new ClosedRuns(timeline);
        var calendar = new StepsDone(run.Open);
        using (var progress = context.Progress())
        {
            timeline.Progress = step => progress.Report(step.Count, null, $"{step.What} due {context.Settings.Billing.TimeZone.Show(step.DueUs)}");
            run.Pass();
        }

        context.Listing.Rows(calendar.Steps, StepsDone.Columns);
        if (calendar.Failing is > 0 and var failing)
            context.Listing.Say($"{Figures.Of(failing, "renewal attempt")} {(dryRun ? "would fail" : "failed")} for lack of balance.");
        if (closed.HeldAny || closed.Views(run.Open.Views).Count > 0)
            context.Listing.Say(closed.Summary(run.Open.Views, dryRun ? "Would be closed on the way" : "Closed on the way"));
        return ParkedNow.Say(context, run.Open) | closed.HeldAny ? Exit.Differs : Exit.Done;
    }
}
