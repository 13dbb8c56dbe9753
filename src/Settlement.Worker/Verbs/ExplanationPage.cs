using System.Globalization;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>An explanation as a page for people.</summary>
internal sealed class ExplanationPage(Listing listing, ViewMaker views)
{
    public void Print(ExplanationView view)
    {
        Row(view.Row);
        if (view.Closing is { } closing)
            Part("Closing", $"run of {Figures.Short(closing.Run)}, hours {(closing.HoursFrom is null ? "" : $"from {Figures.Short(closing.HoursFrom)} ")}to {Figures.Short(closing.HoursTo)}, settings version {closing.Settings}, catalog version {closing.Catalog}");
        if (view.Lot is { } lot)
            Part("Lot", $"{lot.Package} ({lot.Lot}), {lot.Origin}{(lot.Project is null ? "" : $" for project {lot.Project}")}, {Figures.Life(lot.Start, lot.End)}, paid {Figures.Short(lot.Paid)} for {lot.Price}; {Figures.Count(lot.Left)} of {Figures.Of(lot.Calls, "call")} left now");
        if (view.Command is { } command)
            Part("Command", $"{command.Id} at {Figures.Short(command.At)}: {command.Body?.GetRawText() ?? "its body is past its time and has left (KeepCommands)"}");
        if (view.Attempts.Count > 0)
            Attempts(view.Attempts);
        if (view.Row.Tiers.Count > 0)
            Tiers(view.Row);
        if (view.EventCalls is { } calls)
            Events(view, calls);
        else if (view.EventsKeptFrom is { } kept)
            Part("Events", $"they are past their time and have left the store (KeepUsage, 7.4); it has those of hours from {Figures.Short(kept)} on");
        Entries(view.Entries);
        listing.Say(views.TimesAre);
    }

    private void Row(BillRowView row) => listing.Lines(
        ("Row", row.Row),
        ("Kind", row.Late ? $"{row.Kind}, late" : row.Kind),
        ("Account", row.Account),
        ("Resource", row.ResourceName is null ? row.Resource : $"{row.Resource} ({row.ResourceName})"),
        ("Project", row.Project),
        ("Use period", row.UsePeriod()),
        ("Transaction", $"{Figures.Short(row.TransactionTime)}, billing cycle {row.BillingCycle}"),
        ("Calls", row.Calls is { } calls ? Figures.Count(calls) : null),
        ("Fee", $"{row.Fee} {views.Currency}"),
        ("Deducted", $"{row.Deducted} {views.Currency}"),
        ("Written off", row.WrittenOff.AsSpan().ContainsAnyInRange('1', '9') ? $"{row.WrittenOff} {views.Currency}" : null));

    private void Part(string name, string text) => listing.Lines((name.PadRight("Use period ".Length), text));

    private void Attempts(IReadOnlyList<AttemptView> attempts)
    {
        Head("Automatic attempts");
        listing.Table(
            attempts, [new("AT", a => Figures.Short(a.At)), new("OUTCOME", a => a.Outcome), new("SHORT BY", a => a.Shortfall, RightAligned: true)]);
    }

    private void Tiers(BillRowView row)
    {
        Head("Tier steps (calls of the month, by their place in its count)");
        listing.Table(row.Tiers,
            [new("CALLS", t => Figures.Count(t.Calls), RightAligned: true), new("EACH", t => t.UnitPrice, RightAligned: true),
            new("FEE", t => t.Fee, RightAligned: true)]);
    }

    private void Events(ExplanationView view, long calls)
    {
        Head($"Events ({Figures.Of(view.Events.Count + view.MoreEvents, "event")}, {Figures.Of(calls, "call")} taken)");
        listing.Table(
            view.Events,
            [
                new("TIME", e => e.Time[..^6].Replace('T', ' ')), new("SOURCE", e => e.Source), new("ID", e => e.Id),
                new("TAKEN", e => Figures.Count(e.Taken), RightAligned: true),
                new("OF", e => Figures.Count(e.Calls), RightAligned: true),
                new("STATUS", e => Figures.Plain(e.Status), RightAligned: true, Detail: true),
                new("ARRIVED", e => Figures.Short(e.Arrived), Detail: true),
                new("RELEASED", e => e.Entry is { } entry ? string.Create(CultureInfo.InvariantCulture, $"entry {entry}") : null, Detail: true),
            ]);
        if (view.MoreEvents > 0)
            listing.Say($"and {Figures.Of(view.MoreEvents, "more event", "more events")} (--all shows them)");
    }

    private void Entries(IReadOnlyList<EntryView> entries)
    {
        Head("Ledger entries");
        listing.Table(
            entries,
            [
                new("ENTRY", e => Figures.Plain(e.Entry), RightAligned: true), new("BOOK", e => e.Book),
                new("AMOUNT", e => e.Amount, RightAligned: true), new("AFTER", e => e.After, RightAligned: true),
                new("CAUSE", e => e.Cause, Detail: true),
            ]);
    }

    private void Head(string text)
    {
        listing.Say("");
        listing.Say(text);
    }
}
