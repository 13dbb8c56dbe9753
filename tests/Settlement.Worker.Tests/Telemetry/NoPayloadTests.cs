using System.Text.Json;
using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Bus;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Telemetry;

/// <summary>Traces and logs tell of everything that was done with a message, and repeat nothing of what was in it.</summary>
public sealed class NoPayloadTests : IDisposable
{
    /// <summary>Stands in every message that is sent here.</summary>
    private const string Secret = "4711-customer";
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, ReplayStore.NowUs);
    private readonly DateTimeOffset hour = WatchedWorker.DueHour;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task Spans_and_metrics_go_to_a_collector_without_what_was_sent()
    {
        await using var collector = new Collector();
        await using var broker = await TestBroker.StartAsync();
        await using var worker = new WatchedWorker(
            broker.Settings,
            store, $"Telemetry__OtlpEndpoint={collector.Address}", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_METRIC_EXPORT_INTERVAL=500",
            "OTEL_BSP_SCHEDULE_DELAY=200");
        await worker.UntilReadyAsync();
        await SendEverythingAsync(broker, worker);

        foreach (var span in new[] { "take in messages", "store usage", "store commands", "time line", "answer commands", "settle run", "publish notices" })
            await worker.Process.UntilAsync(() => collector.Has("/v1/traces", span), $"the span '{span}' has come");
        await worker.Process.UntilAsync(() => collector.Has("/v1/traces", Bytes(TraceId)), "the sender's trace is linked");
        await worker.Process.UntilAsync(() => collector.Has("/v1/traces", "MassTransit"), "the bus's own spans have come");
        foreach (var metric in new[] { "settlement.usage.events", "settlement.ready", "settlement.usage.lag" })
            await worker.Process.UntilAsync(() => collector.Has("/v1/metrics", metric), $"the metric {metric} has come");
        Assert.Equal(0, await worker.Process.StopAsync());
        Assert.DoesNotContain(Secret, collector.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_line_of_a_log_as_JSON_is_an_object_without_what_was_sent()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = new WatchedWorker(broker.Settings, store, "Logging__Console__FormatterName=json");
        await worker.UntilReadyAsync();
        await SendEverythingAsync(broker, worker);
        await worker.Process.UntilLoggedAsync("Settled the run of");
        await worker.Process.UntilLoggedAsync("usage-events_error");
        await worker.Process.UntilLoggedAsync("billing-commands_error");
        Assert.Equal(0, await worker.Process.StopAsync());

        Assert.DoesNotContain(Secret, worker.Process.Log, StringComparison.Ordinal);
        var lines = worker.Process.Log.Split('\n').SkipWhile(l => !l.StartsWith('{')).Where(l => l.Length > 0).ToList();
        Assert.True(lines.Count > 5, worker.Process.Log);
        Assert.All(lines, line =>
        {
            var json = JsonSerializer.Deserialize<JsonElement>(line);
            Assert.All(["Timestamp", "LogLevel", "Category", "Message"], field =>
                Assert.Equal(JsonValueKind.String, json.GetProperty(field).ValueKind));
        });
    }

    /// <summary>What is good, bad, unreadable, refused and unknown.</summary>
    private async Task SendEverythingAsync(TestBroker broker, WatchedWorker worker)
    {
        await broker.PublishAsync(BrokerTopology.BillingCommands, $"[{WatchedWorker.Account(Secret, hour)}]");
        await worker.Process.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Command WHERE State = 'applied'") == 2, "the account is there");
        await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("1", account: Secret, at: hour.AddMinutes(5)), more: p =>
            p.Headers = new Dictionary<string, object?> { ["traceparent"] = $"00-{TraceId}-b7ad6b7169203331-01" });
        foreach (var body in new[]
        {
            Refusals.Event("2", account: Secret, status: 99), Refusals.Event("3", account: Secret, api: Secret),
            Refusals.Event("4", account: Secret + "2"),
            $"no JSON {Secret}", $$"""{"hello":"{{Secret}}"}""", $$"""{"id":"5","account":"{{Secret}}","time":"{{Secret}}"}""",
        })
            await broker.PublishAsync(BrokerTopology.UsageEvents, body);
        await broker.PublishAsync(BrokerTopology.BillingCommands, $"no JSON {Secret}");
        await broker.PublishAsync(BrokerTopology.BillingCommands, $$"""{"id":"{{Secret}}","type":"{{Secret}}","account":"{{Secret}}"}""");
        await broker.PublishAsync(BrokerTopology.BillingCommands, $$"""{"id":"refund {{Secret}}","type":"refund-package","package":"{{Secret}}"}""");
        await worker.Process.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Quarantine") == 4, "the bad events are held");
        await broker.PublishAsync(BrokerTopology.BillingCommands, """{"id":"close","type":"run-job","job":"close-hours"}""");
        await worker.Process.UntilAsync(() => store.Count("SELECT COUNT(*) FROM BillRow") == 1, "the hour is settled");
        await worker.Process.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Notice WHERE Published = 0") == 0, "the notices are published");
    }

    private static string Bytes(string hex) => System.Text.Encoding.Latin1.GetString(Convert.FromHexString(hex));
}
