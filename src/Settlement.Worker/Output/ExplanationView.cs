using System.Text.Json;

namespace Settlement.Worker.Output;

/// <summary>What is behind a bill row. Parts that a kind of row does not have are null or empty.</summary>
/// <param name="Closing">For a usage row: the run that made it.</param>
/// <param name="Lot">For a row about a package's lot.</param>
/// <param name="Events">For a usage row: the events it took calls from, in the order in which calls draw (4.1).</param>
/// <param name="MoreEvents">Events that were left out of the list.</param>
/// <param name="EventCalls">Calls that the row took from all its events. If they are not the row's calls, something is wrong.</param>
/// <param name="EventsKeptFrom">
/// Null, unless the row's events are past their time and have left the store (7.4): the store has those of hours from this instant on.
/// </param>
/// <param name="Entries">The ledger entries that the row caused.</param>
/// <param name="Command">For a payment row: the command that it answers.</param>
/// <param name="Attempts">For an automatic renewal: the attempts at it.</param>
public sealed record ExplanationView(
    BillRowView Row, ClosingView? Closing, LotView? Lot, IReadOnlyList<EventShareView> Events, long MoreEvents, long? EventCalls,
    string? EventsKeptFrom,
    IReadOnlyList<EntryView> Entries, CommandView? Command, IReadOnlyList<AttemptView> Attempts);

/// <param name="Settings">The version of the settings it was closed with; likewise for the catalog.</param>
public sealed record ClosingView(string Run, string? HoursFrom, string HoursTo, long Settings, long Catalog);

/// <param name="Left">Calls left now.</param>
public sealed record LotView(
    string Package, long Lot, string Origin, string? Project, string Start, string End, string Paid, string Price, long Calls, long Left);

/// <param name="Calls">Calls of the event.</param>
/// <param name="Taken">How many of them this row took.</param>
/// <param name="Entry">The quarantine entry it was released from.</param>
public sealed record EventShareView(string Source, string Id, string Time, long Status, long Calls, long Taken, string Arrived, long? Entry);

/// <param name="Book"><c>balance</c>, <c>remainder</c>, <c>top-ups</c>, <c>adjustments</c>, <c>package-sales</c>, <c>usage-revenue</c> or
/// <c>write-offs</c>.</param>
/// <param name="After">The customer's balance or remainder afterwards; null in the other books.</param>
public sealed record EntryView(long Entry, string Book, string Amount, string? After, string Cause);

/// <param name="Body">Null: it is past its time and has left (<c>KeepCommands</c>).</param>
public sealed record CommandView(string Id, string Type, string At, JsonElement? Body);

public sealed record AttemptView(string At, string Outcome, string? Shortfall);
