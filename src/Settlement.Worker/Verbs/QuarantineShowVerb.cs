using System.CommandLine;
using Settlement.Domain.Usage;
using Settlement.Storage;
using Settlement.Storage.Quarantine;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Shows one held event and, for a conflict, also the event that stands, so that a person can tell whether both are calls.</summary>
internal sealed class QuarantineShowVerb : Verb
{
    private readonly Argument<long> _entry = new("ENTRY") { Description = "the number of an event, as list prints it" };

    public QuarantineShowVerb()
        : base("show", "Everything known about a held event, as it came; for a conflict, also the event that stands and where the two differ.")
    {
        Add(_entry);
        Add(OutputOption);
        Does((parsed, context) => Run(context, parsed.GetRequiredValue(_entry)));
    }

    private static int Run(VerbContext context, long entry)
    {
        using var open = OpenStore.ToRead(context);
        var views = open.Views;
        var view = open.Store.Read(session => View(session, open, views, entry))
            ?? throw new BadInputException($"There is no quarantined event {Figures.Plain(entry)}");
        if (context.Listing.IsJson)
            context.Listing.Json(view);
        else
            Print(context.Listing, view, views);
        return Exit.Done;
    }

    private static QuarantineShownView? View(Session session, OpenStore open, ViewMaker views, long entry)
    {
        if (QuarantineEntries.Find(session, entry) is not { } found)
            return null;
        var standing = found.Reason == HoldReason.Conflict ? StandingEvent.Find(session, open.Store.Words, found) : null;
        return new QuarantineShownView(views.Entry(found, open.Core.NowUs), standing is null ? null : views.Standing(standing, found));
    }

    private static void Print(Listing listing, QuarantineShownView view, ViewMaker views)
    {
        listing.Lines(
            ("Entry", Figures.Plain(view.Entry)), ("State", view.State), ("Reason", view.Reason), ("Held since", $"{view.Held} ({view.Age})"),
            ("Arrived", view.Arrived), ("Source", view.Source), ("Id", view.Id), ("Account", view.Account), ("API", view.Api),
            ("Region", view.Region),
            ("Project", view.Project), ("Time", view.Time), ("Status", view.Status is { } status ? Figures.Plain(status) : null),
            ("Calls", view.Calls is { } calls ? Figures.Count(calls) : null),
            ("Value", view.Value is null ? "no price" : $"{view.Value} {views.Currency}"),
            ("Decided", view.Decided is null ? null
                : $"{view.State} {view.Decided} by {view.By}{(view.Because is null ? "" : $": {view.Because}")}"));
        foreach (var line in view.Detail?.Split('\n') ?? [])
            listing.Say(line);
        if (view.Standing is { } standing)
            Print(listing, view, standing);
        else if (view.Reason == HoldReason.Conflict)
            listing.Say("The event that stands is not kept.");
    }

    private static void Print(Listing listing, QuarantineEntryView held, StandingView standing)
    {
        var fields = new (string Name, string? Held, string? Stands)[]
        {
            ("account", held.Account, standing.Account), ("api", held.Api, standing.Api), ("region", held.Region, standing.Region),
            ("project", held.Project, standing.Project), ("time", held.Time, standing.Time),
            ("status", held.Status is { } status ? Figures.Plain(status) : null, Figures.Plain(standing.Status)),
            ("calls", held.Calls is { } calls ? Figures.Count(calls) : null, Figures.Count(standing.Calls)),
            ("arrived", held.Arrived, standing.Arrived),
        };
        listing.Say("");
        listing.Say("The event of the same source and id that came first, and stands:");
        listing.Table(
            fields,
            [
                new("FIELD", f => f.Name), new("STANDS", f => f.Stands), new("HELD", f => f.Held),
                new("", f => standing.Differs.Contains(f.Name, StringComparer.Ordinal) ? "differs" : null),
            ]);
        listing.Say($"It {Where(standing)}.");
        foreach (var entry in standing.Entries)
            listing.Say($"Held from it: {Figures.Of(entry.Calls, "call")}, {entry.Reason}, in entry {Figures.Plain(entry.Entry)} ({entry.State}).");
    }

    private static string Where(StandingView standing) => standing.Where switch
    {
        "waiting" => standing.Late ? "waits for the next closing, because it came when its hour was closed" : "waits for the closing of its hour",
        "settling" => $"is being settled in the run of {Figures.Short(standing.Run)}",
        "parked" => $"waits because its account is parked; the run of {Figures.Short(standing.Run)} has passed it over",
        "settled" => $"was settled in the run of {Figures.Short(standing.Run)}: {Rows(standing)}",
        "held" => "is itself in quarantine",
        _ => "was in quarantine itself and was discarded",
    };

    private static string Rows(StandingView standing) =>
        standing.Rows.Count > 0 ? string.Join(", ", standing.Rows.Select(r => $"{Figures.Of(r.Calls, "call")} in {r.Row} ({r.Kind})"))
        : UsageCall.IsBillable(standing.Status) ? "none of its calls is in a row" : "its status is not billable";
}
