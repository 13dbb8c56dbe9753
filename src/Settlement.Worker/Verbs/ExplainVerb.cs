using System.CommandLine;
using Settlement.Domain.Plans;
using Settlement.Storage;
using Settlement.Storage.Bills;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Why a bill row says what it says.</summary>
internal sealed class ExplainVerb : Verb
{
    private const int EventsShown = 20;

    private readonly Argument<string> _row = new("ROW") { Description = "the row's id, as bill prints it" };
    private readonly Option<bool> _all = new("--all") { Description = $"every event behind the row, not only the first {EventsShown}" };

    public ExplainVerb()
        : base("explain", "From a bill row back to its events, lots, tier steps and ledger entries.")
    {
        Add(_row);
        Add(_all);
        Add(OutputOption);
        Does((parsed, context) => Run(context, parsed.GetRequiredValue(_row), parsed.GetValue(_all)));
    }

    private static int Run(VerbContext context, string row, bool all)
    {
        if (!Ids.TryParseRow(row, out var id))
            throw new BadInputException($"'{row}' is not the id of a bill row, such as R000001-000003-0001");
        using var open = OpenStore.ToRead(context);
        var views = open.Views;
        var view = open.Store.Read(session => BillReader.Row(session, id) is { } line
            ? new Explaining(session, views, all ? long.MaxValue : EventsShown).Explain(line) : null)
            ?? throw new BadInputException($"There is no bill row {row} in {open.Engine.Describe()}");
        if (context.Listing.IsJson)
            context.Listing.Json(view);
        else
            new ExplanationPage(context.Listing, views).Print(view);
        if (view.EventCalls is not { } calls || calls == view.Row.Calls)
            return Exit.Done;
        context.Error.WriteLine($"The events behind row {row} account for {Figures.Count(calls)} calls, but the row says {Figures.Count(view.Row.Calls!.Value)}: the store is not as the closing left it.");
        return Exit.Differs;
    }
}
