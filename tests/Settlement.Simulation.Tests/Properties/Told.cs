using Dapper;
using Settlement.Domain.Accounts;
using Settlement.Domain.Packages;
using Settlement.Domain.Settings;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Storage.Engines;
using Settlement.Storage.Notices;
using Settlement.Storage.Quarantine;
using Settlement.Worker.Output;
using Settlement.Worker.Simulating;

namespace Settlement.Simulation.Tests.Properties;

/// <summary>The result of a story: its printed result, and everything that the store contains about it.</summary>
internal sealed record Told(
    BillingSettings Settings, SimulationView View, List<BillLine> Rows, List<Account> Accounts, Dictionary<string, List<EntryLine>> Entries,
    List<Lot> Lots,
    List<NoticeLine> Notices, List<AttemptLine> Attempts, List<QuarantineEntry> Held, List<CommandLine> Commands, long Closings)
{
    public static Told Of(Story story)
    {
        using var temp = new TempStore();
        var scenario = ScenarioReader.Read(story.Json);
        var view = Worker.Simulating.Simulation.Run(scenario, temp.Engine);
        using var session = ((IEngine)temp.Engine).Read();
        var accounts = AccountReader.All(session);
        return new Told(
            scenario.Settings,
            view,
            BillReader.Rows(session, new BillFilter()),
            accounts,
            accounts.ToDictionary(a => a.AccountId, a => BillReader.Entries(session, a.AccountNo), StringComparer.Ordinal),
            AccountReader.AllLots(session),
            BillReader.Notices(session),
            BillReader.Attempts(session),
            QuarantineEntries.List(session),
            session.Connection.Query<CommandLine>("SELECT CommandNo, CommandId, Type, AtUs, Body, State, Code FROM Command ORDER BY AtUs, CommandNo")
                .AsList(),
            session.Connection.ExecuteScalar<long>("SELECT COUNT(*) FROM Closing"));
    }
}

/// <summary>A command and how it was answered.</summary>
internal sealed class CommandLine
{
    public long CommandNo { get; init; }

    public string CommandId { get; init; } = "";

    public string Type { get; init; } = "";

    public long AtUs { get; init; }

    public string Body { get; init; } = "";

    public string State { get; init; } = "";

    public string? Code { get; init; }

    public bool Applied => State == "applied";

    public T? Get<T>(string field) => System.Text.Json.Nodes.JsonNode.Parse(Body)![field] is { } value ? value.GetValue<T>() : default;
}
