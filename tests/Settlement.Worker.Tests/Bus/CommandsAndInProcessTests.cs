using System.Globalization;
using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Replay;
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
    public async Task Of_several_workers_one_takes_the_commands_in_their_order_and_when_it_is_cut_off_the_next_goes_on_with_what_it_had()
    {
        const int Each = 100;
        await using var broker = await TestBroker.StartAsync();
        await using var proxy = new Proxy(broker.Settings.Host!, broker.Settings.Port);
        proxy.Open();
        var stuck = false;
        await using var first = await StartAsync(broker.Settings with { Port = proxy.Port }, _ =>
            Volatile.Read(ref stuck) ? new TimeoutException() : null, [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(20), 10_000)]);
        await using var second = await StartAsync(broker.Settings);
        var sent = Enumerable.Range(0, 2 * Each).Select(i => string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"c{i}\"}}")).ToList();
        foreach (var command in sent.Take(Each))
            await broker.PublishAsync("billing-commands", command, "application/json");
        await UntilAsync(() => first.Commands.Count == Each, "the first has stored all");
        Volatile.Write(ref stuck, true);
        foreach (var command in sent.Skip(Each))
            await broker.PublishAsync("billing-commands", command, "application/json");
        await UntilAsync(() => first.Tries.Count > Each, "the first has one in hand");
        Assert.Empty(second.Commands);

        await proxy.CloseAsync();
        await UntilAsync(() => second.Commands.Count >= Each, "the second has stored the rest");
        Assert.Equal(sent, first.Commands.Concat(second.Commands));
    }

    [Fact]
    public async Task Without_a_broker_the_same_consumers_work_in_process()
    {
        await using var worker = await StartAsync(new RabbitMqSettings(), n =>
            n == 1 ? new InvalidOperationException("The database is down.") : null);
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
        await UntilAsync(() => worker.Link.Fault!.Tries > 0, "it has tried");
        Assert.False(worker.IsUp);
        Assert.Contains("refused", worker.Link.Fault!.Cause, StringComparison.Ordinal);
        Assert.Null(worker.Drain.Left);
        Assert.False(
            await QueueDepth.DrainAsync(
            new RabbitMqSettings("127.0.0.1", 1), worker.Drain, TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancel));
    }
}
