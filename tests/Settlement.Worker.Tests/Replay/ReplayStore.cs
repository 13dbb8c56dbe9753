using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Clock;
using Settlement.Storage.Engines;
using Settlement.Storage.Tests.Contract;
using Settlement.Worker.Simulating;

namespace Settlement.Worker.Tests.Replay;

/// <summary>
/// A store on which worker processes work and, between them, the test under its own clock: a SQLite file in its own folder, or a database on a
/// server.
/// </summary>
internal sealed class ReplayStore(BillingSettings settings, bool durable, TestSqlServer? server) : IDisposable
{
    public static readonly BillingSettings Settings = BillingSettings.Default with { MaxUsageAgeUs = 20_000 * Instant.PerDayUs };

    public string Folder { get; } = Directory.CreateTempSubdirectory("settlement-replay-").FullName;

    public string EngineName => server is null ? "Sqlite" : "SqlServer";

    public string ConnectionString => server?.ConnectionString ?? "Data Source=" + Path.Combine(Folder, "settlement.db");

    public static long NowUs => Instant.OfUs(TimeProvider.System.GetUtcNow());

    /// <summary>A new store with a catalog in force, created at an instant; on SQLite if no server is given.</summary>
    /// <param name="confirmed">Whether the store records that the clock is right: a store created long ago would look as if the clock were far
    /// ahead.</param>
    public static ReplayStore Create(
        string catalogJson, long nowUs, BillingSettings? settings = null, bool durable = true, TestSqlServer? server = null, bool confirmed = true)
    {
        var made = new ReplayStore(settings ?? Settings, durable, server);
        using (var engine = made.Open())
            engine.Migrate(_ => { });
        made.Work(nowUs, core => core.Store.Write(session =>
        {
            var faults = new List<CatalogFault>();
            var catalog = CatalogJson.Read(catalogJson, "", Settings.TimeZone, faults) ?? throw new InvalidOperationException(faults[0].ToString());
            core.Store.ApplyCatalog(session, catalog, nowUs);
            if (confirmed)
                ClockRows.Confirm(session, NowUs);
        }));
        return made;
    }

    public void Work(long nowUs, Action<SettlementCore> work)
    {
        using var engine = Open();
        var store = new SettlementStore(engine, settings);
        store.Open(nowUs);
        work(new SettlementCore(store, new TestClock(nowUs)));
    }

    /// <summary>Works under a clock that the test moves while the work goes on.</summary>
    public async Task WorkAsync(long nowUs, TimeProvider clock, Func<SettlementCore, Task> work)
    {
        using var engine = Open();
        var store = new SettlementStore(engine, settings);
        store.Open(nowUs);
        await work(new SettlementCore(store, clock));
    }

    public T Read<T>(Func<Session, T> work)
    {
        using var engine = Open();
        using var session = engine.Read();
        return work(session);
    }

    public Auditing.Telling Telling() => Read(session => new Auditing.Telling(session));

    /// <summary>A number from the store while a worker works on it.</summary>
    public long Count(string sql) => Read(session =>
    {
        using var command = session.Connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    });

    public void Dispose()
    {
        server?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private IEngine Open() => server is null ? new SqliteEngine(ConnectionString, durable) : server.Engine;
}
