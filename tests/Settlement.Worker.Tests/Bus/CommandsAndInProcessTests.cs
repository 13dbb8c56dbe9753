using System.Globalization;
using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Xunit;
using static Settlement.Worker.Tests.Bus.TestWorker;

namespace Settlement.Worker.Tests.Bus;

public class CommandsAndInProcessTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_are_stored_in_the_order_of_delivery_also_when_the_store_fails_now_and_then()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = await StartAsync(broker.Settings, n => n % 7 == 0 ? new InvalidOperationException("The database is down.") : null);
        var expected = new List<string>();
        for (var i = 0; i < 200; i++)
        {
            expected.Add(string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"c{i}\"}}"));
            await broker.PublishAsync("billing-commands", expected[^1], "application/json");
        }

        await broker.PublishAsync("billing-commands", "[{\"id\":\"x\"},{\"id\":\"y\"}]");
        await broker.PublishAsync("billing-commands", "{\"commands\":[{\"id\":\"z\"}]}");
        await broker.PublishAsync("billing-commands", "[{\"id\":\"a\"},5]");
        await UntilAsync(() => worker.Commands.Count >= 203, "all commands are stored");
        Assert.Equal([.. expected, "{\"id\":\"x\"}", "{\"id\":\"y\"}", "{\"id\":\"z\"}"], worker.Commands);
        await UntilAsync(async () => await broker.ErrorsAsync() == 1, "the unreadable one is in the error queue");
    }

    [Fact]
    public async Task Without_a_broker_the_same_consumers_work_in_process()
    {
        await using var worker = await StartAsync(new RabbitMqSettings(), n => n == 1 ? new InvalidOperationException("The database is down.") : null);
        Assert.True(worker.Drain.IsDone);
        var bus = worker.Services.GetRequiredService<IBus>();
        var usage = await bus.GetSendEndpoint(new Uri("queue:usage-events"));
        await usage.Send(new RawBody(Encoding.UTF8.GetBytes(UsageOverRabbitMqTests.Event("1")), null), Cancel);
        await usage.Send(new RawBody("[7]"u8.ToArray(), "application/cloudevents-batch+json"), Cancel);
        await usage.Send(new RawBody("unreadable"u8.ToArray(), "application/json"), Cancel);
        var commands = await bus.GetSendEndpoint(new Uri("queue:billing-commands"));
        await commands.Send(new RawBody("{\"id\":\"c1\"}"u8.ToArray(), "application/json"), Cancel);
        await UntilAsync(() => worker.Events.Count == 2 && worker.Commands.Count == 1, "all are stored");
        Assert.Equal(["1", "event"], worker.Ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_its_broker_the_worker_starts_and_stops_and_knows_not_what_waits()
    {
        await using var worker = await StartAsync(new RabbitMqSettings("127.0.0.1", 1), waitForBus: false);
        await Task.Delay(300, Cancel);
        Assert.NotEqual(BusHealthStatus.Healthy, worker.Services.GetRequiredService<IBusControl>().CheckHealth().Status);
        Assert.Null(worker.Drain.Left);
        Assert.False(await QueueDepth.DrainAsync(new RabbitMqSettings("127.0.0.1", 1), worker.Drain, TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancel));
    }
}
