using System.CommandLine;
using Settlement.Storage;

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
    /// <param name="untilUs">The time of the test clock; null for the real clock.</param>
    /// <param name="dryRun">Change nothing.</param>
    private static int Run(VerbContext context, long? untilUs, bool dryRun)
    {
        using var run = UnderTestClock.Start(context, untilUs, dryRun);
        var timeline = run.Open.Core.Timeline;
        var closed = new ClosedRuns(timeline);
        using (var progress = context.Progress())
        {
            timeline.Progress = step =>
                progress.Report(step.Count, null, $"{step.What} of the run of {context.Settings.Billing.TimeZone.Show(step.DueUs)}");
            timeline.CloseNow(run.Pass());
        }

        var views = run.Open.Views;
        context.Listing.Rows(closed.Views(views), ClosedRuns.Columns);
        context.Listing.Say(closed.Summary(views, dryRun ? "Would be closed" : "Closed"));
        if (run.Open.Store.Read(StoreState.Of).HeldSinceUs is { } heldUs)
            context.Listing.Say($"Closings are on hold since {views.Time(heldUs)}: nothing closes before the first hourly run after a resume.");
        return ParkedNow.Say(context, run.Open) | closed.HeldAny ? Exit.Differs : Exit.Done;
    }
}
