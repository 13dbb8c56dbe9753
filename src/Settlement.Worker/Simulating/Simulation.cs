using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;
using Settlement.Storage.Quarantine;
using Settlement.Worker.Output;

namespace Settlement.Worker.Simulating;

/// <summary>
/// Runs a scenario: the same store, intake and time line as <c>run</c>, under a test clock, on a throw-away SQLite file.
/// </summary>
public static class Simulation
{
    /// <exception cref="UnreadableScenarioException">The scenario can't be read.</exception>
    public static string RunToJson(string scenarioJson) => JsonOutput.Write(Run(scenarioJson));

    public static SimulationView Run(string scenarioJson)
    {
        var scenario = ScenarioReader.Read(scenarioJson);
        var folder = Directory.CreateTempSubdirectory("settlement-simulate-");
        try
        {
            using var engine = new SqliteEngine($"Data Source={Path.Combine(folder.FullName, "scenario.db")}", durable: false);
            engine.Migrate(_ => { });
            return Run(scenario, engine);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <param name="scenario">What happens.</param>
    /// <param name="engine">An empty, migrated store.</param>
    /// <param name="employ">Makes the worker from the function that makes its core; null for a worker whose process does not end.</param>
    internal static SimulationView Run(Scenario scenario, IEngine engine, Func<Func<SettlementCore>, ScenarioWorker>? employ = null)
    {
        var startUs = scenario.Timeline.Select(a => a.HappensUs).DefaultIfEmpty(scenario.UntilUs).Min();
        var clock = new TestClock(startUs);
        SettlementCore Start() => new(new SettlementStore(engine, scenario.Settings), clock, inScenario: true);
        var worker = employ?.Invoke(Start) ?? new ScenarioWorker(Start);
        worker.Do(core => core.Store.Open(startUs));
        worker.Do(core => core.Store.Write(session => core.Store.ApplyCatalog(session, scenario.Catalog, startUs)));
        var shows = new Dictionary<string, ShowView>(StringComparer.Ordinal);
        var views = new ViewMaker(scenario.Settings.TimeZone, scenario.Catalog.Currency);
        new ScenarioDriver(worker, clock, (label, atUs) => shows[label] = Show(worker.Core.Store, views, atUs)).Run(scenario);
        return Result(worker.Core.Store, views, scenario.UntilUs, shows);
    }

    private static ShowView Show(SettlementStore store, ViewMaker views, long atUs) => store.Read(session =>
    {
        var parked = ParkedAccounts.All(session).ToDictionary(p => p.AccountNo);
        return new ShowView(
            AccountReader.All(session).ConvertAll(a => views.Balance(a, parked.GetValueOrDefault(a.AccountNo))),
            AccountReader.AllLots(session).ConvertAll(l => views.Package(l, atUs)));
    });

    private static SimulationView Result(SettlementStore store, ViewMaker views, long untilUs, Dictionary<string, ShowView> shows) =>
        store.Read(session =>
    {
        var end = Show(store, views, untilUs);
        return new SimulationView(
            BillReader.Rows(session, new BillFilter()).ConvertAll(views.Row),
            end.Balances,
            end.Packages,
            BillReader.Notices(session).ConvertAll(views.Notice),
            BillReader.Attempts(session).ConvertAll(views.Renewal),
            BillReader.Refusals(session).ConvertAll(views.Refusal),
            QuarantineEntries.List(session).ConvertAll(views.Quarantined),
            shows);
    });
}
