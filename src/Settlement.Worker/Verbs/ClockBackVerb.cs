using System.CommandLine;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Engine.Clock;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>The way back for a time line that has run ahead of the clock.</summary>
internal sealed class ClockBackVerb : Verb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    private readonly Option<bool> _dryRun = DryRunOption();

    public ClockBackVerb()
        : base("back", "Moves a time line that is ahead of the clock back to it, and opens the hours that closed ahead, if nothing was booked beyond now.")
    {
        Add(_dryRun);
        Add(OutputOption);
        Does((parsed, context) => Run(context, parsed.GetValue(_dryRun)));
    }

    private static int Run(VerbContext context, bool dryRun)
    {
        using var open = dryRun ? OpenStore.ToRead(context) : OpenStore.ToWrite(context);
        var nowUs = open.Core.NowUs;
        ClockCheck.NeedDatabases(open, nowUs);
        var back = new WayBack(open.Store);
        var ahead = dryRun ? open.Store.Read(session => back.Look(session, nowUs)) : Go(open, back, nowUs);
        var zone = open.Store.Settings.TimeZone;
        if (context.Listing.IsJson)
            context.Listing.Json(View(ahead, zone));
        if (!ahead.IsAny)
        {
            context.Listing.Say("Nothing is ahead of the clock.");
            return Exit.Done;
        }

        if (ahead.Booked.Count > 0)
            return Refuse(context, ahead, zone);
        Print(context.Listing, ahead, zone, dryRun);
        return Exit.Done;
    }

    private static void Print(Listing listing, Ahead ahead, BillingZone zone, bool dryRun)
    {
        listing.Say($"{(dryRun ? "Would be moved" : "Moved")} from {zone.Show(ahead.Before.LastRunUs)} to {zone.Show(ahead.LastRunUs)}, the last hourly run by the clock.");
        if (ahead.Hours > 0)
            listing.Say($"{Figures.Of(ahead.Hours, "hour")} {(dryRun ? "would be" : "are")} open again; {Figures.Of(ahead.Events, "event")} wait for their closing.");
        if (ahead.Commands > 0)
            listing.Say($"{Figures.Of(ahead.Commands, "command")} that waited for an instant ahead {(dryRun ? "would take" : "take")} effect now.");
    }

    private static int Refuse(VerbContext context, Ahead ahead, BillingZone zone)
    {
        context.Error.WriteLine("Nothing was changed: what was booked beyond now can't be taken back.");
        foreach (var booked in ahead.Booked)
            context.Error.WriteLine($"  {booked.What}: {Figures.Count(booked.Number)}, the first of {zone.Show(booked.FirstUs)}");
        context.Error.WriteLine("Restore a backup, or call whoever maintains this program. Until then, the time line goes on only when the clock has caught up with it.");
        return Exit.BadInput;
    }

    /// <summary>Works only while nobody drives the time line; a worker that drives it gives it up when nothing is due.</summary>
    private static Ahead Go(OpenStore open, WayBack back, long nowUs)
    {
        var since = open.Core.Clock.GetTimestamp();
        while (true)
        {
            using var claim = open.Engine.TryClaim(Timeline.ClaimName);
            if (claim is not null)
                return back.Go(nowUs, claim);
            if (open.Core.Clock.GetElapsedTime(since) > Patience)
                throw new BadInputException("A worker is driving the time line right now, so it can't be moved: stop the worker, or try again later");
            Thread.Sleep(LookAgain);
        }
    }

    private static BackView View(Ahead ahead, BillingZone zone) => new(
        ahead.IsAny,
        zone.Show(ahead.Before.LastRunUs),
        zone.Show(ahead.LastRunUs),
        ahead.Hours,
        ahead.Events,
        ahead.Commands,
        [.. ahead.Booked.Select(b => new BookedView(b.What, b.Number, zone.Show(b.FirstUs)))]);

    private sealed record BackView(
        bool Ahead, string From, string To, long HoursOpened, long Events, long Commands, IReadOnlyList<BookedView> Booked);

    private sealed record BookedView(string What, long Number, string First);
}
