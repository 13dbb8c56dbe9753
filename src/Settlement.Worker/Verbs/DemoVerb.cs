using System.CommandLine;
using Settlement.Storage.Engines;
using Settlement.Worker.Demo;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>What a newcomer runs first.</summary>
internal sealed class DemoVerb : Verb
{
    private readonly Option<string> _keep = new("--keep") { Description = "keep the demo's database in this new file, to look at with other verbs",
        HelpName = "file" };

    public DemoVerb()
        : base("demo", "A simulated month of a small gateway through the real pipeline, then its bill. Needs nothing installed and leaves nothing behind.")
    {
        Add(_keep);
        Add(OutputOption);
        DoesAlone((parsed, context) => Run(context, parsed.GetValue(_keep)));
    }

    private static int Run(VerbContext context, string? keep)
    {
        if (File.Exists(keep))
            throw new BadInputException($"--keep: {keep} is there already");
        if (Directory.Exists(keep))
            throw new BadInputException($"--keep: {keep} is a folder, not a file");
        using var folder = ThrowAway.Folder("settlement-demo-");
        using var engine = new SqliteEngine(SqliteFile.ConnectionString(keep ?? Path.Combine(folder.Path, "demo.db")), durable: false);
        engine.Migrate(_ => { });
        return Run(context, engine, keep);
    }

    private static int Run(VerbContext context, IEngine engine, string? keep)
    {
        var started = context.Time.GetTimestamp();
        Played played;
        using (var progress = context.Progress())
            played = DemoMonth.Play(engine, (done, hours, events) => progress.Report(done, hours, $"hours, {MonthResults.Number(events)} events"));
        context.Error.WriteLine($"Played in {context.Time.GetElapsedTime(started).TotalSeconds:F1} s.");
        var results = MonthResults.Of(played.Store);
        var checks = Books.Audit(results, played.Gateway);
        if (context.Listing.IsJson)
            context.Listing.Json(DemoView.Of(results, checks));
        else
            new Report(context.Listing, Listing.WidthOfOutput(), results, played).Print(checks, keep);
        return checks.All(c => c.Holds) ? Exit.Done : Exit.Differs;
    }
}
