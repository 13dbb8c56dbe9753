using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Settlement.Worker.Output;
using Settlement.Worker.Simulating;

namespace Settlement.Worker.Verbs;

/// <summary>What would the bill be if (INTERFACE 5).</summary>
internal sealed class SimulateVerb : Verb
{
    private readonly Argument<string> _file = new("FILE") { Description = "the scenario, JSON; - for standard input" };

    public SimulateVerb()
        : base("simulate", "Runs a scenario under a test clock on a throw-away store and prints the bill, balances, packages and everything else that came of it.")
    {
        Add(_file);
        Add(OutputOption);
        DoesAlone((parsed, context) => Run(context.Listing, parsed.GetRequiredValue(_file)));
    }

    /// <param name="listing">Where results go.</param>
    /// <param name="file">A path, or - for standard input.</param>
    private static int Run(Listing listing, string file)
    {
        var result = Simulation.Run(InputText.Read(file));
        if (listing.IsJson)
            listing.Json(result);
        else
            Print(listing, result);
        return Exit.Done;
    }

    private static void Print(Listing listing, SimulationView result)
    {
        foreach (var (label, show) in result.Shows)
        {
            Section(listing, $"Balances at '{label}'", show.Balances, Balances);
            Section(listing, $"Packages at '{label}'", show.Packages, Packages);
        }

        Section(listing, "Bill", result.Bill, BillVerb.Columns);
        Section(listing, "Balances", result.Balances, Balances);
        Section(listing, "Packages", result.Packages, Packages);
        Section(listing, "Automatic renewal", result.Renewals,
            [new("AT", r => Figures.Short(r.At)), new("PACKAGE", r => r.Package), new("OUTCOME", r => r.Outcome)]);
        Section(listing, "Refused", result.Refusals, [new("AT", r => Figures.Short(r.At)), new("COMMAND", r => r.Command), new("CODE", r => r.Code)]);
        Section(listing, "Held in quarantine", result.Quarantine, Held);
        Section(
            listing,
            "Notices",
            result.Notices,
            [new("AT", n => Figures.Short(n.At)), new("TYPE", n => n.Type), new("ACCOUNT", n => n.Account),
                new("PACKAGE", n => n.Package, Detail: true), new("SAYS", Says, Detail: true)]);
    }

    private static IReadOnlyList<Column<BalanceView>> Balances =>
    [
        new("ACCOUNT", b => b.Account), new("BALANCE", b => b.Balance, RightAligned: true), new("REMAINDER", b => b.Remainder, RightAligned: true),
        new("STATE", b => b.State),
    ];

    private static IReadOnlyList<Column<PackageView>> Packages =>
    [
        new("PACKAGE", p => p.Package), new("LOT", p => p.Lot.ToString(CultureInfo.InvariantCulture), RightAligned: true),
        new("START", p => Figures.Short(p.Start)), new("END", p => Figures.Short(Figures.LastSecond(p.End))),
        new("CALLS", p => Figures.Count(p.Calls), RightAligned: true), new("LEFT", p => Figures.Count(p.Left), RightAligned: true),
        new("STATE", p => p.State),
    ];

    private static IReadOnlyList<Column<QuarantineView>> Held =>
    [
        new("REASON", q => q.Reason), new("SOURCE", q => q.Source), new("ID", q => q.Id), new("ACCOUNT", q => q.Account),
        new("CALLS", q => q.Calls is { } calls ? Figures.Count(calls) : null, RightAligned: true), new("VALUE", q => q.Value, RightAligned: true),
    ];

    private static string Says(NoticeView notice) =>
        string.Join(", ", notice.Data.Where(d => d.Value.ValueKind is not JsonValueKind.Null).Select(d => $"{d.Key} {d.Value}"));

    /// <summary>Empty sections are left out: they were not part of the story.</summary>
    private static void Section<T>(Listing listing, string title, IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns)
    {
        if (rows.Count == 0)
            return;
        listing.Say(title);
        listing.Table(rows, columns);
    }
}
