using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>Messages that would stop everything behind them, given to a running worker.</summary>
public sealed class PoisonOverTheBrokerTests : IDisposable
{
    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, ReplayStore.NowUs);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task A_command_that_can_not_be_stored_is_in_the_error_queue_and_those_with_it_and_behind_it_are_stored()
    {
        await using var broker = await TestBroker.StartAsync();
        await RefuseAsync("CREATE TRIGGER NoCommand BEFORE INSERT ON Command WHEN NEW.CommandId = 'guilty' BEGIN SELECT RAISE(ABORT, 'is refused'); END");
        var port = RunningWorkerTests.FreePort();
        await using var worker = Start(broker, port);
        await worker.UntilLoggedAsync("What waited in the broker is stored");
        await broker.PublishAsync(BrokerTopology.BillingCommands, $"[{OpenAccount("before")},{OpenAccount("guilty")},{OpenAccount("beside")}]");
        await broker.PublishAsync(BrokerTopology.BillingCommands, OpenAccount("behind"));

        await worker.UntilAsync(() =>
            store.Count("SELECT COUNT(*) FROM Command WHERE CommandId IN ('before', 'beside', 'behind')") == 3, "the others are stored");
        await worker.UntilAsync(async () => await broker.ErrorsAsync() == 1, "the guilty one is in the error queue");
        await worker.UntilAsync(() => new Health(port).AnswersAsync("ready", HttpStatusCode.OK), "it is ready");
        var error = Assert.Single(await new ErrorQueue(broker.Settings, BrokerTopology.BillingCommands).ListAsync(10, Cancel).ToListAsync(Cancel));
        Assert.Contains("Command 'guilty' can't be stored: ", error.Reason, StringComparison.Ordinal);
        Assert.Contains("is refused", error.Reason, StringComparison.Ordinal);

        await RefuseAsync("DROP TRIGGER NoCommand");
        Assert.Equal(1, await new ErrorQueue(broker.Settings, BrokerTopology.BillingCommands).ReplayAsync(null, Cancel));
        await worker.UntilAsync(() =>
            store.Count("SELECT COUNT(*) FROM Command") == 4, "it is stored once its fault is mended, and the others not again");
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task Malformed_events_that_differ_only_behind_what_is_kept_of_them_keep_no_others_from_being_stored()
    {
        await using var broker = await TestBroker.StartAsync();
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(broker.Connection, queue, Cancel);
        var port = RunningWorkerTests.FreePort();
        for (var attempt = 1; attempt <= 2; attempt++)
            await broker.PublishAsync(BrokerTopology.UsageEvents, Malformed(attempt));
        for (var i = 0; i < 20; i++)
            await broker.PublishAsync(BrokerTopology.UsageEvents,
                Refusals.Event(string.Create(CultureInfo.InvariantCulture, $"good-{i}"), at: DateTimeOffset.UtcNow, status: 200));
        await using var worker = Start(broker, port);

        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM EventIdentity") == 20, "the good ones are stored");
        await worker.UntilAsync(async () => await broker.DepthAsync(BrokerTopology.UsageEvents) == 0, "the queue is empty");
        await worker.UntilAsync(() => new Health(port).AnswersAsync("ready", HttpStatusCode.OK), "it is ready");
        Assert.Equal(2, store.Count("SELECT COUNT(*) FROM Quarantine WHERE Reason = 'malformed'"));
        Assert.Equal(0, await worker.StopAsync());
        Assert.Equal((0u, 0u), (await broker.DepthAsync(BrokerTopology.UsageEvents), await broker.ErrorsAsync()));
    }

    [Theory]
    [InlineData("simple")]
    [InlineData("systemd")]
    [InlineData("json")]
    public async Task What_a_message_says_is_in_log_and_headers_without_characters_that_a_terminal_obeys(string format)
    {
        await using var broker = await TestBroker.StartAsync();
        await RefuseAsync("CREATE TRIGGER NoCommand BEFORE INSERT ON Command WHEN NEW.Body LIKE '%guilty%' BEGIN SELECT RAISE(ABORT, 'is refused'); END");
        await using var worker = WorkerProcess.Start(broker.Settings, store, $"Logging__Console__FormatterName={format}");
        await worker.UntilLoggedAsync("What waited in the broker is stored");
        await broker.PublishAsync(BrokerTopology.UsageEvents, "tru\u001b]0;owned\u0007\r\u202E\u2028\u009B");
        await broker.PublishAsync(BrokerTopology.BillingCommands, OpenAccount("guilty\u202E\u2066"));

        await worker.UntilAsync(async () => await broker.ErrorsAsync() == 2, "both are in the error queues");
        Assert.Equal(0, await worker.StopAsync());
        var reasons = new List<string> { worker.Log };
        foreach (var queue in BrokerTopology.Inputs)
            reasons.Add(Assert.Single(await new ErrorQueue(broker.Settings, queue).ListAsync(10, Cancel).ToListAsync(Cancel)).Reason);
        Assert.Contains(@"\u001b]0;owned\u0007\u000d\u202e\u2028\u009b", reasons[1], StringComparison.Ordinal);
        Assert.Contains(@"Command 'guilty\u202e\u2066' can't be stored", reasons[2], StringComparison.Ordinal);
        Assert.All(reasons, text => Assert.DoesNotContain(text, c => (c != '\n' && char.IsControl(c)) || c is '\u202E' or '\u2028' or '\u2066'));
        Assert.Contains(@"\u202e", worker.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("owned", worker.Log, StringComparison.Ordinal);
    }

    private WorkerProcess Start(TestBroker broker, int port) =>
        WorkerProcess.Start(broker.Settings, store, string.Create(CultureInfo.InvariantCulture, $"Http__Port={port}"));

    private async Task RefuseAsync(string sql)
    {
        await using var connection = new SqliteConnection(store.ConnectionString + ";Pooling=False");
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private static string OpenAccount(string id) => JsonSerializer.Serialize(new { id, type = "open-account", account = "account-" + id });

    private static string Malformed(int attempt) =>
        JsonSerializer.Serialize(new { id = "bad", source = "gw", account = "a", time = "not a time", trace = new string('T', 5_000), attempt });
}
