using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Bus;
using Settlement.Worker.Tests.Replay;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Telemetry;

/// <summary>
/// Something goes wrong around a real worker process. Its health, its metrics and the verb <c>status</c> all say so, and say that it is over once it
/// is.
/// </summary>
public sealed class HealthTellsTheTruthTests : IDisposable
{
    private const string RunJob = """{"id":"close","type":"run-job","job":"close-hours"}""";
    private static readonly string Dear = Refusals.Catalog.Replace("""[{"unitPrice":"1"}]""", """[{"unitPrice":"20000"}]""",
        StringComparison.Ordinal);
    private readonly ReplayStore store = ReplayStore.Create(Dear, ReplayStore.NowUs);
    private readonly DateTimeOffset hour = WatchedWorker.DueHour;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task The_broker_stops_and_starts()
    {
        await using var node = await PrivateNode.StartAsync();
        await using var worker = new WatchedWorker(node.Settings, store);
        await worker.UntilReadyAsync();
        await node.StopAppAsync();
        await worker.UntilUnreadyAsync("broker");
        await node.StartAppAsync();
        await worker.UntilReadyAsync();
        Assert.Equal(0, await worker.Process.StopAsync());
    }

    [Fact]
    public async Task The_database_is_locked()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = new WatchedWorker(broker.Settings, store);
        await worker.UntilReadyAsync();
        await using (var other = new SqliteConnection(store.ConnectionString + ";Pooling=False"))
        {
            await other.OpenAsync(Cancel);
            Execute(other, "BEGIN EXCLUSIVE");
            await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("1"));
            await worker.UntilUnreadyAsync("usage");
            Execute(other, "ROLLBACK");
        }

        await worker.UntilReadyAsync();
        await worker.Process.UntilAsync(() => store.Count("SELECT COUNT(*) FROM EventIdentity") == 1, "the event is stored");
        Assert.Equal(0, await worker.Process.StopAsync());
    }

    [Fact]
    public async Task The_disk_is_full()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var disk = await SmallDisk.MountOverAsync(store.Folder, megabytes: 24);
        await using var worker = new WatchedWorker(broker.Settings, store, "Database__WriteAheadLogMB=8");
        await worker.UntilReadyAsync();
        disk.Fill();
        foreach (var i in Enumerable.Range(0, 200))
            await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event($"{i} {new string('x', 100)}"));
        await worker.UntilUnreadyAsync("usage", "time-line", "database");
        disk.Free();
        await worker.UntilReadyAsync();
        await worker.Process.UntilAsync(() => store.Count("SELECT COUNT(*) FROM EventIdentity") == 200, "all events are stored");
        Assert.Equal(0, await worker.Process.StopAsync());
    }

    [Fact]
    public async Task An_account_is_parked_and_the_worker_stays_ready()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = new WatchedWorker(broker.Settings, store);
        await worker.UntilReadyAsync();
        await OpenAsync(broker, worker);
        await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("2", at: hour.AddMinutes(5), count: 1_000_000));
        await worker.Process.UntilAsync(() => store.Count("SELECT COUNT(*) FROM EventIdentity") == 1, "the event is stored");
        Assert.False(await worker.HasNoteAsync("parked"));
        await broker.PublishAsync(BrokerTopology.BillingCommands, RunJob);

        await worker.Process.UntilAsync(
            async () => await worker.HasNoteAsync("parked") && (await worker.ScrapeAsync()).Value("settlement_accounts_parked") == 1
                && (await worker.StatusAsync()).GetProperty("parkedAccounts").GetInt64() == 1,
            "everything tells of a parked account");
        Assert.Equal(1, (await worker.ScrapeAsync()).Value("settlement_ready"));

        var cure = Path.Combine(store.Folder, "cure.json");
        await File.WriteAllTextAsync(cure, Dear.Replace(
            "\"prices\":[",
            $$"""
            "prices":[{"api":"images","region":"cn-north-4","from":"{{hour:O}}","tiers":[{"unitPrice":"0.02"}]},
            """,
            StringComparison.Ordinal), Cancel);
        await worker.VerbAsync(Exit.Done, "catalog", "apply", cure);
        await worker.VerbAsync(Exit.Done, "parked", "retry", "a");
        await worker.Process.UntilAsync(
            async () =>
                !await worker.HasNoteAsync("parked") && (await worker.ScrapeAsync())
                .Value("settlement_accounts_parked") == 0, "nothing tells of it any more");
        await worker.UntilReadyAsync();
        Assert.Equal(0, await worker.Process.StopAsync());
    }

    [Fact]
    public async Task An_hour_is_held_open_and_the_worker_stays_ready()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = new WatchedWorker(broker.Settings, store);
        await worker.UntilReadyAsync();
        await OpenAsync(broker, worker);
        await broker.PublishAsync(BrokerTopology.BillingCommands, """{"id":"hold","type":"hold","reason":"a look","by":"test"}""");
        await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("1", at: hour.AddMinutes(5)));
        await worker.Process.UntilAsync(() => store.Count("SELECT COUNT(*) FROM EventIdentity") == 1, "the event is stored");
        await broker.PublishAsync(BrokerTopology.BillingCommands, RunJob);

        await worker.Process.UntilAsync(
            async () => await worker.HasNoteAsync("hold") && (await worker.ScrapeAsync()).Value("settlement_hours_behind") >= 2
                && (await worker.StatusAsync()) is var status && status.GetProperty("hoursBehind").GetInt64() >= 2
                    && status.GetProperty("heldSince").ValueKind == JsonValueKind.String,
            "everything tells of the hold");
        Assert.Equal((1, 0), ((await worker.ScrapeAsync()).Value("settlement_ready"), store.Count("SELECT COUNT(*) FROM BillRow")));

        // Lifted before the last hourly run, as it were: the next closing takes what was held.
        await broker.PublishAsync(BrokerTopology.BillingCommands, JsonSerializer.Serialize(
            new { id = "resume", type = "resume", reason = "seen", by = "test", at = hour.AddMinutes(30)
                .ToString("O", CultureInfo.InvariantCulture) }));
        await broker.PublishAsync(BrokerTopology.BillingCommands, RunJob.Replace("\"close\"", "\"close again\"", StringComparison.Ordinal));
        await worker.Process.UntilAsync(
            async () =>
                !await worker.HasNoteAsync("hold") && (await worker.ScrapeAsync())
                .Value("settlement_hours_behind") == 0, "nothing tells of it any more");
        Assert.Equal(1, store.Count("SELECT COUNT(*) FROM BillRow"));
        await worker.UntilReadyAsync();
        Assert.Equal(0, await worker.Process.StopAsync());
    }

    private async Task OpenAsync(TestBroker broker, WatchedWorker worker)
    {
        await broker.PublishAsync(BrokerTopology.BillingCommands, $"[{WatchedWorker.Account("a", hour)}]");
        await worker.Process.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Command WHERE State = 'applied'") == 2, "the account is there");
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
