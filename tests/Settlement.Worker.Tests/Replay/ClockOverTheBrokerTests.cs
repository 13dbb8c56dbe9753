using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Data.Sqlite;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Worker.Bus;
using Settlement.Worker.Ingest;
using Settlement.Worker.Tests.Bus;
using Settlement.Worker.Tests.Verbs;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>A running worker with a clock that may be wrong, and what others see of it.</summary>
public sealed class ClockOverTheBrokerTests : IDisposable
{
    private const string Accounts = """
        [{"id":"1","type":"open-account","account":"a"},{"id":"2","type":"subscribe","account":"a","api":"images","region":"cn-north-4"},
         {"id":"3","type":"open-account","account":"b"},{"id":"4","type":"subscribe","account":"b","api":"images","region":"cn-north-4"}]
        """;

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static readonly long LongAgoUs = Instant.OfUs(Now.AddDays(-5));

    /// <summary>To a worker, five days in which nothing came look the same as a clock that is five days ahead.</summary>
    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, LongAgoUs, confirmed: false);
    private readonly TestStore files = new();
    private readonly int port = RunningWorkerTests.FreePort();

    public ClockOverTheBrokerTests() => store.Work(LongAgoUs, core =>
    {
        core.Commands.Receive(CommandReader.Read(Encoding.UTF8.GetBytes(Accounts)), core.NowUs);
        core.Timeline.AdvanceTo(core.NowUs);
    });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string HttpPort => string.Create(CultureInfo.InvariantCulture, $"Http__Port={port}");

    public void Dispose()
    {
        store.Dispose();
        files.Dispose();
    }

    [Fact]
    public async Task A_jump_closes_no_hour_while_intake_goes_on_and_usage_of_today_lets_everyone_be_settled()
    {
        await using var broker = await TestBroker.StartAsync();
        var lastRunUs = store.Read(Storage.StoreState.Of).LastRunUs;
        await using var worker = WorkerProcess.Start(broker.Settings, store, HttpPort);
        await worker.UntilLoggedAsync("Nothing that is due is done: the clock is more than a day past the last activity");
        await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("spooled", at: Now.AddDays(-3)));
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Usage") == 1, "what was spooled is stored");
        Assert.Equal(lastRunUs, store.Read(Storage.StoreState.Of).LastRunUs);
        var health = await HealthAsync();
        Assert.Equal(Exit.Differs, health.Exit);
        Assert.Contains("clock: the clock is more than a day past the last activity", health.Output, StringComparison.Ordinal);
        await worker.UntilAsync(async () => (await VerbAsync("status")).Output.Contains("still fails", StringComparison.Ordinal), "status tells it");

        await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("live", account: "b", at: TimeProvider.System.GetUtcNow()));
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM BillRow") == 1, "the spooled hour is settled");
        await worker.UntilAsync(() => new Health(port).AnswersAsync("ready", HttpStatusCode.OK), "it is ready");
        Assert.Equal((Exit.Done, "ready\n"), ((await HealthAsync()).Exit, (await HealthAsync()).Output));
        Assert.Equal(0, await worker.StopAsync());
        store.Work(Instant.OfUs(Now.AddHours(3)), core => core.Timeline.AdvanceTo(core.NowUs));
        Assert.Equal(2, store.Count("SELECT COUNT(*) FROM BillRow WHERE Late = 0 AND Calls = 1"));
    }

    [Fact]
    public async Task A_persons_word_beside_the_running_worker_lets_it_go_on()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = WorkerProcess.Start(broker.Settings, store, HttpPort);
        await worker.UntilLoggedAsync("Nothing that is due is done: the clock is more than a day past the last activity");
        var time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Assert.Equal(Exit.Done, (await VerbAsync("clock", "confirm", time)).Exit);
        await worker.UntilAsync(() => store.Read(Storage.StoreState.Of).LastRunUs >= Instant.OfUs(Now.AddHours(-1)), "time has passed");
        await worker.UntilAsync(() => new Health(port).AnswersAsync("ready", HttpStatusCode.OK), "it is ready");
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task Status_tells_of_an_intake_that_fails_since_when_and_why_and_that_it_works_again()
    {
        await using var broker = await TestBroker.StartAsync();
        await DoAsync("CREATE TRIGGER NoUsage BEFORE INSERT ON Usage BEGIN SELECT RAISE(FAIL, 'no room'); END");
        await DoAsync("CREATE TRIGGER NoHold BEFORE INSERT ON Quarantine BEGIN SELECT RAISE(FAIL, 'no room'); END");
        await using var worker = WorkerProcess.Start(broker.Settings, store, HttpPort);
        await worker.UntilLoggedAsync("Nothing that is due is done");
        await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("e", at: Now.AddMinutes(-1)));
        await worker.UntilAsync(async () => (await TroubleAsync()).Any(t => t == "usage False True"), "status tells that usage can't be stored");
        await DoAsync("DROP TRIGGER NoUsage");
        await worker.UntilAsync(async () => (await TroubleAsync()).Any(t => t == "usage True True"), "status tells that it works again");
        Assert.Equal(0, await worker.StopAsync());
    }

    /// <summary>What the trouble is, whether it is over, and whether its cause is told.</summary>
    private async Task<IEnumerable<string>> TroubleAsync() =>
        (await VerbAsync("status", "--output", "json")).Json.GetProperty("trouble").EnumerateArray().Select(t =>
        $"{t.GetProperty("what").GetString()} {t.GetProperty("ended").ValueKind == System.Text.Json.JsonValueKind.String} {t.GetProperty("cause").GetString()!.Contains("no room", StringComparison.Ordinal)}");

    private Task<Ran> HealthAsync() => VerbAsync("health", "--set", HttpPort.Replace("__", ":", StringComparison.Ordinal), "--set", "Http:Token=");

    private Task<Ran> VerbAsync(params string[] args) => files.AtAsync(Path.Combine(store.Folder, "settlement.db"), args);

    private async Task DoAsync(string sql)
    {
        await using var connection = new SqliteConnection(store.ConnectionString + ";Pooling=False");
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
