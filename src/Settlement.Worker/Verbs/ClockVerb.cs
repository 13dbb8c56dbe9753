using System.CommandLine;
using Settlement.Domain.Time;
using Settlement.Engine.Clock;
using Settlement.Storage;
using Settlement.Storage.Clock;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;
using Settlement.Worker.Running;

namespace Settlement.Worker.Verbs;

/// <summary>The clock, and the store's time line compared with it. Each of its verbs is a class below or in a file of its own.</summary>
internal sealed class ClockVerb : Command
{
    public ClockVerb()
        : base("clock", "The clock and the store's time line: whether the clock is right, and what to do if it was not.")
    {
        Add(new ShowVerb());
        Add(new ConfirmVerb());
        Add(new ClockBackVerb());
    }

    private sealed class ShowVerb : Verb
    {
        public ShowVerb()
            : base("show", "What the clock, the database's clock and the time line say.")
        {
            Add(OutputOption);
            Does((_, context) => Run(context));
        }

        private static int Run(VerbContext context)
        {
            using var open = OpenStore.ToRead(context);
            var nowUs = open.Core.NowUs;
            var facts = open.Store.Read(session => ClockRows.Facts(session, nowUs));
            var zone = open.Store.Settings.TimeZone;
            var view = new ClockView(
                zone.Show(nowUs),
                facts.DatabaseUs is { } database ? zone.Show(database) : null,
                zone.Show(facts.LastRunUs),
                facts.IsAheadOf(nowUs) ? zone.Show(facts.PassedUs) : null,
                facts.ConfirmedUs is { } confirmed ? zone.Show(confirmed) : null,
                facts.CommandsAhead,
                ClockDoubt.Of(facts, nowUs, long.MinValue, zone)?.Cause);
            if (context.Listing.IsJson)
                context.Listing.Json(view);
            else
                Print(context.Listing, view, open.Views.TimesAre);
            return Exit.Done;
        }

        private static void Print(Listing listing, ClockView view, string timesAre)
        {
            listing.Lines(
                ("Clock", Figures.Short(view.Clock)),
                ("Database's clock", view.DatabaseClock is null ? "this machine's" : Figures.Short(view.DatabaseClock)),
                ("Last hourly run", Figures.Short(view.LastRun)),
                ("Time line ahead until", Figures.Short(view.AheadUntil)),
                ("Confirmed at", Figures.Short(view.Confirmed)),
                ("Commands ahead", view.CommandsAhead == 0 ? null : $"{Figures.Count(view.CommandsAhead)} wait for an instant ahead of the clock"),
                ("In doubt", view.Doubt));
            listing.Say(timesAre);
        }
    }

    private sealed class ConfirmVerb : Verb
    {
        /// <summary>Leaves room for a person who looks at a watch and types.</summary>
        private const long NearUs = Instant.PerHourUs;

        private readonly Argument<string> _time = new("TIME") { Description = "what time it is now, as you know it from elsewhere; within an hour of the clock" };

        public ConfirmVerb()
            : base("confirm", "Confirms that the clock is right, so that the worker goes on after a time in which nothing happened.")
        {
            Add(_time);
            Does((parsed, context) => Run(context, context.InstantUs(_time.Name, parsed.GetRequiredValue(_time))!.Value));
        }

        private static int Run(VerbContext context, long timeUs)
        {
            using var open = OpenStore.ToWrite(context);
            var nowUs = open.Core.NowUs;
            ClockCheck.NeedDatabases(open, nowUs);
            var zone = open.Store.Settings.TimeZone;
            if (Math.Abs(timeUs - nowUs) > NearUs)
                throw new BadInputException($"TIME: the clock says {zone.Show(nowUs)}, which is not near {zone.Show(timeUs)}; set the clock right first");
            open.Store.Write(session => ClockRows.Confirm(session, nowUs));
            context.Listing.Say($"Confirmed: it is {zone.Show(nowUs)}. A worker goes on within a few seconds.");
            return Exit.Done;
        }
    }

    private sealed record ClockView(
        string Clock, string? DatabaseClock, string LastRun, string? AheadUntil, string? Confirmed, long CommandsAhead, string? Doubt);
}

/// <summary>What verbs that let time pass require of the clock, on a real store.</summary>
internal static class ClockCheck
{
    /// <exception cref="BadInputException">The clock differs from the database's.</exception>
    public static void NeedDatabases(OpenStore open, long nowUs)
    {
        var facts = Facts(open, nowUs);
        if (facts.DifferenceUs(nowUs) is not null)
            throw new BadInputException($"The clock differs from the database's: {ClockDoubt.Difference(facts, nowUs, open.Store.Settings.TimeZone)}.");
    }

    /// <summary>A closing made now would settle late usage in an hour ahead of the clock, and the way back would be lost.</summary>
    /// <exception cref="BadInputException">Hours are closed ahead of the clock.</exception>
    public static void NeedNotAhead(OpenStore open, long nowUs)
    {
        var facts = Facts(open, nowUs);
        if (facts.IsAheadOf(nowUs) && !open.Store.Read(StoreState.IsForTests))
            throw new BadInputException($"Hours are closed ahead of the clock: {ClockDoubt.Ahead(facts, nowUs, open.Store.Settings.TimeZone)}");
    }

    private static ClockFacts Facts(OpenStore open, long nowUs) => open.Store.Read(session => ClockRows.Facts(session, nowUs));
}
