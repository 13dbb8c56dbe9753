using System.Text.Json.Nodes;
using MassTransit.UsageTracking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Settlement.Engine.Notices;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Xunit;
using static Settlement.Worker.Tests.Bus.TestWorker;

namespace Settlement.Worker.Tests.Bus;

public class TopologyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Imports what deploy/broker-definitions.sh writes into the virtual host of the test.</summary>
    internal static async Task ImportAsync(TestBroker broker)
    {
        var file = Path.GetTempFileName();
        var passwords = new[] { ("SETTLEMENT_PASSWORD", "secret"), ("AGENT_PASSWORD", "secret"), ("CONSOLE_PASSWORD", "secret"),
            ("GATEWAY_PASSWORD", "secret") };
        var (exit, _, error) = await Checkout.RunAsync(Checkout.PathOf("deploy", "broker-definitions.sh"), [file], environment: passwords);
        Assert.True(exit == 0, error);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var definitions = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancel))!.AsObject();
        foreach (var thing in definitions.SelectMany(list => list.Value!.AsArray()).Select(node => node!.AsObject())
            .Where(o => o.ContainsKey("vhost")))
            thing["vhost"] = broker.Settings.VirtualHost;
        definitions["vhosts"] = new JsonArray(new JsonObject { ["name"] = broker.Settings.VirtualHost });
        await File.WriteAllTextAsync(file, definitions.ToJsonString(), Cancel);
        await TestBroker.ControlAsync("import_definitions", file);
        File.Delete(file);
    }

    private static async Task<string[]> ShapeAsync(TestBroker broker) =>
    [
        .. (await broker.ListAsync("list_exchanges", "name", "type", "durable", "auto_delete", "internal", "arguments"))
            .Where(line => !line.StartsWith("amq.", StringComparison.Ordinal) && !line.StartsWith('\t')),
        .. await broker.ListAsync("list_queues", "name", "type", "durable", "auto_delete", "exclusive"),
        .. (await broker.ListAsync("list_queues", "name", "arguments")).Select(Sorted),
        .. (await broker.ListAsync("list_bindings", "source_name", "destination_name", "destination_kind", "routing_key"))
            .Where(line => !line.StartsWith('\t')),
    ];

    private static string Sorted(string line) =>
        string.Concat(line.Split('{').Order(StringComparer.Ordinal).Select(part => part.Trim('[', ']', ',', '}', ' ')));

    [Fact]
    public async Task The_worker_declares_exactly_what_the_definitions_hold_and_nothing_else()
    {
        await using var declaring = await TestBroker.StartAsync();
        await using var importing = await TestBroker.StartAsync();
        await ImportAsync(importing);
        await using (var worker = await StartAsync(declaring.Settings))
        {
            await declaring.PublishAsync("usage-events", "unreadable");
            await declaring.PublishAsync("billing-commands", "unreadable");
            await UntilAsync(async () => await declaring.ErrorsAsync() == 2, "both are in the error queues");
        }

        var shape = await ShapeAsync(declaring);
        Assert.Equal(await ShapeAsync(importing), shape);
        Assert.Equal(5 + 4 + 4 + 4, shape.Length);
        Assert.Contains("usage-events\tfanout\ttrue\tfalse\tfalse\t[]", shape);
    }

    [Fact]
    public async Task The_worker_starts_on_imported_definitions_with_no_more_rights_than_they_give()
    {
        await using var broker = await TestBroker.StartAsync();
        await ImportAsync(broker);
        await using var agent = await BrokerConnection.OpenAsync(broker.Settings with { Username = "agent", Password = "secret" }, "agent", Cancel);
        await using var channel = await agent.CreateChannelAsync(new CreateChannelOptions(true, true), Cancel);
        await channel.BasicPublishAsync("usage-events", "", mandatory: true, new BasicProperties(), "[]"u8.ToArray(), Cancel);
        await channel.BasicPublishAsync("usage-events", "", mandatory: true, new BasicProperties(), "unreadable"u8.ToArray(), Cancel);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
            await channel.BasicPublishAsync("billing-commands", "", mandatory: true, new BasicProperties(), "{}"u8.ToArray(), Cancel));

        var own = broker.Settings with { Username = "settlement", Password = "secret" };
        await using var worker = await StartAsync(own);
        Assert.True(await worker.Drain.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancel));
        Assert.Equal(1u, await broker.ErrorsAsync());
        await using var notices = new NoticePublisher(own);
        Assert.Equal(1, (await notices.PublishAsync([new OutgoingNotice("n1", "hour-settled", [])], Cancel)).Confirmed);
        Assert.Equal(1, await new ErrorQueue(own, "usage-events").ReplayAsync(null, Cancel));
    }

    [Theory]
    [InlineData("quorum")]
    [InlineData("classic")]
    public async Task A_queue_that_is_there_already_is_taken_as_it_is(string kind)
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.Channel.QueueDeclareAsync("usage-events", durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = kind }, cancellationToken: Cancel);
        await using var worker = await StartAsync(broker.Settings);
        await broker.PublishAsync("usage-events", UsageOverRabbitMqTests.Event("1"));
        await broker.PublishAsync("usage-events", "unreadable");
        await UntilAsync(() => worker.Events.Count == 1, "it is stored");
        await UntilAsync(async () => await broker.ErrorsAsync() == 1, "it is in the error queue");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.1")]
    public void The_bus_sends_no_usage_data_to_its_vendor(string? host)
    {
        var worker = new ServiceCollection().AddLogging()
            .AddSingleton<StoreUsage>(_ => { }).AddSingleton<StoreCommands>(_ => { }).AddSettlementBus(new RabbitMqSettings(host));
        using var provider = worker.BuildServiceProvider();
        // With a broker, each bus has its own container.
        using var bus = host is null ? null : provider.GetServices<IHostedService>().OfType<BusKeeper>().Single().BusServices();
        Assert.False((bus ?? provider).GetRequiredService<IOptions<MassTransit.UsageTelemetryOptions>>().Value.Enabled);
    }
}
