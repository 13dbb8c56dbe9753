using System.Text.Json;
using Settlement.Domain.Ledger;
using Settlement.Domain.Money;
using Settlement.Domain.Packages;
using Settlement.Domain.Time;
using Settlement.Engine.Commands;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Storage.Closings;
using Settlement.Storage.Retention;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Gathers what is behind a bill row.</summary>
internal sealed class Explaining(Session session, ViewMaker views, long eventsShown)
{
    private static readonly string[] Books = ["balance", "remainder", "top-ups", "adjustments", "package-sales", "usage-revenue", "write-offs"];

    public ExplanationView Explain(BillLine row)
    {
        var view = views.Row(row);
        var kind = (RowKind)row.Kind;
        var isUsage = kind is RowKind.PackageUsage or RowKind.PayPerUse;
        var entries = EntriesOf(row, view.Row);
        var package = row.PackageId is null ? null : AccountReader.FindPackage(session, row.PackageId);
        var events = new List<EventShareView>();
        long seen = 0;
        long? calls = isUsage ? RowEvents.Walk(session, row, (line, taken) =>
        {
            if (seen++ < eventsShown)
                events.Add(Share(line, taken));
        }) : null;
        return new ExplanationView(
            view,
            isUsage ? Closing(row) : null,
            package is null ? null : Lot(AccountReader.Lot(session, package.PackageNo, row.LotNo)!),
            events,
            seen - events.Count,
            calls,
            isUsage && calls is null ? KeptFrom() : null,
            entries.ConvertAll(Entry),
            isUsage || kind == RowKind.AutoRenewal ? null : Command(row, entries),
            kind == RowKind.AutoRenewal ? BillReader.AttemptsAfter(session, package!.PackageNo, row.LotNo - 1).ConvertAll(Attempt) : []);
    }

    /// <summary>
    /// The entries that the row caused. If something else is the cause (a command, an attempt), all entries of the version that it was written with.
    /// </summary>
    private List<EntryLine> EntriesOf(BillLine row, string rowId)
    {
        var entries = BillReader.EntriesOfVersion(session, row.AccountNo, row.AccountVersion);
        return (RowKind)row.Kind is RowKind.PackageUsage or RowKind.PayPerUse ? entries.FindAll(e => e.Cause == rowId) : entries;
    }

    private ClosingView? Closing(BillLine row) =>
        ClosingRuns.Of(session, row.AccountNo, row.AccountVersion) is { } closing
            ? new ClosingView(
                views.Time(closing.DueUs),
                closing.Run.AfterHour == StoreState.NoClosedHour ? null : views.Time(closing.Run.AfterHour.Next.StartUs),
                views.Time(closing.Run.ToHour.Next.StartUs),
                closing.SettingsVersion,
                closing.CatalogVersion)
            : null;

    private LotView Lot(Lot lot) => new(
        lot.PackageId, lot.LotNo, lot.Origin.ToString().ToLowerInvariant(), lot.Project, views.Time(lot.StartUs), views.Time(lot.EndUs),
        views.Time(lot.PaidUs),
        views.Money(lot.PriceE8), lot.Calls, lot.Left);

    private EventShareView Share(EventLine line, long taken) => new(
        line.Source, line.EventId, views.Time(line.TimeUs), line.Status, line.Calls, taken, views.Time(line.ArrivedUs), line.Part == 0 ? null
            : line.Part);

    private static EntryView Entry(EntryLine entry) => new(
        entry.EntryNo,
        Books[entry.Book],
        Amount.ShowE8(entry.AmountE8),
        (Book)entry.Book is Book.Balance or Book.Remainder ? Amount.ShowE8(entry.AfterE8) : null,
        entry.Cause);

    private AttemptView Attempt(AttemptLine attempt)
    {
        var view = views.Renewal(attempt);
        return new AttemptView(view.At, view.Outcome, attempt.Renewed != 0 ? null : views.Money(attempt.ShortfallE8));
    }

    private CommandView? Command(BillLine row, List<EntryLine> entries)
    {
        var command = entries.Select(e => e.Cause).Distinct(StringComparer.Ordinal)
            .Select(id => CommandInbox.Answer(session, id)).OfType<CommandAnswerLine>().FirstOrDefault();
        if (command is null && row.PackageId is not null)
            command = CommandInbox.AppliedFor(session, row.PackageId, row.DueUs);
        if (command is null)
            return null;
        if (command.Body == OldBodies.Left)
            return new CommandView(command.CommandId, command.Type, views.Time(command.AtUs), null);
        using var body = JsonDocument.Parse(command.Body);
        return new CommandView(command.CommandId, command.Type, views.Time(command.AtUs), body.RootElement.Clone());
    }

    private string? KeptFrom() => StoreState.Of(session).KeptFromUs is { } us ? views.Time(us) : null;
}
