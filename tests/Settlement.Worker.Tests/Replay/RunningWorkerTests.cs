using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using RabbitMQ.Client;
using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Bus;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>What operators see of a running worker: its lock, its health, its drain at the start, its notices after a crash.</summary>
public sealed class RunningWorkerTests : IDisposable
{
    private const string Open = """{"id":"open","type":"open-account","account":"a"}""";
    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, ReplayStore.NowUs);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task A_second_worker_on_the_same_file_is_refused_and_told_who_holds_it()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var first = WorkerProcess.Start(broker.Settings, store);
        await first.UntilLoggedAsync("What waited in the broker is stored");
        await using var second = WorkerProcess.Start(broker.Settings, store);
        Assert.Equal(Exit.BadInput, await second.ExitAsync());
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"process {first.Id} on "), second.Log, StringComparison.Ordinal);
        Assert.Equal(0, await first.StopAsync());
        await using var third = WorkerProcess.Start(broker.Settings, store);
        await third.UntilLoggedAsync("What waited in the broker is stored");
    }

    [Fact]
    public async Task Readiness_goes_with_the_broker_and_comes_back_with_it_and_nothing_is_lost_meanwhile()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var proxy = new Proxy(broker.Settings.Host!, broker.Settings.Port);
        proxy.Open();
        var port = FreePort();
        await using var worker = WorkerProcess.Start(
            broker.Settings with { Port = proxy.Port }, store, string.Create(CultureInfo.InvariantCulture, $"Http__Port={port}"));
        var health = new Health(port);
        await worker.UntilAsync(() => health.AnswersAsync("ready", HttpStatusCode.OK), "it is ready");
        await proxy.CloseAsync();
        await worker.UntilAsync(() => health.AnswersAsync("ready", HttpStatusCode.ServiceUnavailable), "it is not ready without its broker");
        Assert.True(await health.AnswersAsync("live", HttpStatusCode.OK));
        await broker.PublishAsync(BrokerTopology.BillingCommands, Open);
        proxy.Open();
        await worker.UntilAsync(() => health.AnswersAsync("ready", HttpStatusCode.OK), "it is ready again");
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Notice WHERE Published = 1") == 1, "the command is answered");
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task A_broker_that_comes_and_goes_loses_no_notice_and_keeps_their_order()
    {
        const int Accounts = 3_000;
        await using var broker = await TestBroker.StartAsync();
        var listener = await Listener.StartAsync(broker);
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(broker.Connection, queue, Cancel);
        foreach (var chunk in Enumerable.Range(0, Accounts).Chunk(20))
        {
            await broker.PublishAsync(BrokerTopology.BillingCommands, JsonSerializer.Serialize(chunk.SelectMany(n => new object[]
            {
                new { id = $"open-{n}", type = "open-account", account = $"a{n}" },
                new { id = $"pay-{n}", type = "top-up", account = $"a{n}", amount = "1" },
            })));
        }

        await using var proxy = new Proxy(broker.Settings.Host!, broker.Settings.Port);
        proxy.Open();
        await using var worker = WorkerProcess.Start(broker.Settings with { Port = proxy.Port }, store);
        for (var published = 0; published < 5; published++)
        {
            await worker.UntilAsync(() =>
                store.Count("SELECT COUNT(*) FROM Notice WHERE Published = 1") >= published * 1_000, "some more are published");
            await proxy.CloseAsync();
            proxy.Open();
        }

        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Notice WHERE Published = 1") == 2 * Accounts, "all are published");
        await TestWorker.UntilAsync(() => listener.Different == 2 * Accounts, "the listener has heard every notice");
        listener.HeardAll(store.Telling().Notices);
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task A_broker_that_refuses_the_notices_is_tried_again_until_it_takes_them()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.Channel.ExchangeDeclareAsync(BrokerTopology.BillingNotices, ExchangeType.Fanout, durable: true, cancellationToken: Cancel);
        store.Work(ReplayStore.NowUs, core => core.Commands.Receive([Open], core.NowUs));
        await using var worker = WorkerProcess.Start(broker.Settings, store);
        await worker.UntilLoggedAsync("Notices could not be published and are kept: ");
        await broker.Channel.ExchangeDeleteAsync(BrokerTopology.BillingNotices, cancellationToken: Cancel);
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Notice WHERE Published = 1") == 1, "the notice is published");
        await worker.UntilLoggedAsync("What waited in the broker is stored");
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task A_notice_published_and_not_marked_is_published_again_under_its_id()
    {
        await using var broker = await TestBroker.StartAsync();
        var listener = await Listener.StartAsync(broker);
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(broker.Connection, queue, Cancel);
        await broker.PublishAsync(BrokerTopology.BillingCommands, Open);
        await PublishAllAsync(broker);
        // This is how a worker leaves it that ends after the broker's confirm and before its own commit.
        store.Count("UPDATE Notice SET Published = 0; SELECT 0");
        await PublishAllAsync(broker);
        await TestWorker.UntilAsync(() => listener.Deliveries == 2, "it is heard twice");
        listener.HeardAll(store.Telling().Notices);
    }

    [Fact]
    public async Task A_drain_that_takes_too_long_is_reported_and_the_worker_goes_on()
    {
        await using var broker = await TestBroker.StartAsync();
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(broker.Connection, queue, Cancel);
        await broker.PublishAsync(BrokerTopology.BillingCommands, Open);
        await using var worker = await StuckAsync(broker);
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Account") == 2, "the account is open after all");
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task A_password_set_after_the_start_lets_messages_in_and_no_hour_was_closed_before_them()
    {
        await using var broker = await TestBroker.StartAsync();
        var user = await broker.AddUserAsync("right");
        using var old = ReplayStore.Create(Refusals.Catalog, ReplayStore.NowUs - (3 * Domain.Time.Instant.PerHourUs));
        old.Work(ReplayStore.NowUs - (3 * Domain.Time.Instant.PerHourUs), core =>
        {
            core.Commands.Receive([Open], core.NowUs);
            core.Timeline.AdvanceTo(core.NowUs);
        });
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(broker.Connection, queue, Cancel);
        await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("waited", at: DateTimeOffset.UtcNow.AddHours(-2), status: 404));
        var port = FreePort();
        await using var worker = WorkerProcess.Start(
            user with { Password = "wrong" }, old, string.Create(CultureInfo.InvariantCulture, $"Http__Port={port}"));
        await worker.UntilLoggedAsync("ACCESS_REFUSED");
        var health = new Health(port);
        await worker.UntilAsync(() => health.AnswersAsync("ready", HttpStatusCode.ServiceUnavailable), "it says that it is not ready");
        Assert.True(await health.AnswersAsync("live", HttpStatusCode.OK));
        await TestBroker.ControlAsync("change_password", user.Username, "wrong");
        await worker.UntilAsync(() => health.AnswersAsync("ready", HttpStatusCode.OK), "it is ready");
        await worker.UntilAsync(() => old.Count("SELECT COUNT(*) FROM Run WHERE DoneUs IS NOT NULL") > 0, "the hours that were due close");
        Assert.Equal(0, await worker.StopAsync());
        Assert.Equal(1, old.Count("SELECT COUNT(*) FROM Usage WHERE SettleSlot = UseHour * 1000"));
    }

    /// <summary>A worker whose database lets it write only after the drain has timed out.</summary>
    private async Task<WorkerProcess> StuckAsync(TestBroker broker)
    {
        await using var connection = new SqliteConnection(store.ConnectionString + ";Pooling=False");
        await connection.OpenAsync(Cancel);
        var worker = WorkerProcess.Start(broker.Settings, store, "Billing__DrainTimeout=00:00:08");
        await worker.UntilLoggedAsync("No hour closes until");
        await using (await connection.BeginTransactionAsync(Cancel))
            await worker.UntilLoggedAsync("DrainTimeout of 00:00:08 has passed and 1 messages that waited at the start are not stored yet");
        return worker;
    }

    private async Task PublishAllAsync(TestBroker broker)
    {
        await using var worker = WorkerProcess.Start(broker.Settings, store);
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Notice WHERE Published = 1") == 1, "the notice is published");
        await worker.KillAsync();
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
