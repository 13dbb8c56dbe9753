using RabbitMQ.Client;
using Settlement.Worker.Bus;
using Xunit;
using static Settlement.Worker.Tests.Bus.TestWorker;

namespace Settlement.Worker.Tests.Bus;

/// <summary>Whatever is wrong with the broker, the worker says what it is, and takes messages in once it is fixed.</summary>
public class BrokerFaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task TakesInAsync(TestBroker broker, TestWorker worker, string id)
    {
        await UntilAsync(() => worker.Link.TakesIn, "messages are taken in");
        Assert.Null(worker.Link.Fault);
        await broker.PublishAsync("usage-events", UsageOverRabbitMqTests.Event(id));
        await UntilAsync(() => worker.Ids.Contains(id), "it is stored");
    }

    private static Task SaysAsync(TestWorker worker, string cause) =>
        UntilAsync(() => worker.Link.Fault is { Tries: > 0 } fault && fault.Cause.Contains(cause, StringComparison.Ordinal), $"it says {cause}");

    [Fact]
    public async Task A_login_refused_at_the_start_is_tried_again_until_the_password_is_right()
    {
        await using var broker = await TestBroker.StartAsync();
        var user = await broker.AddUserAsync("right");
        await using var worker = await StartAsync(user with { Password = "wrong" }, waitForBus: false);
        await SaysAsync(worker, "ACCESS_REFUSED");
        Assert.False(worker.Drain.IsDone);
        await TestBroker.ControlAsync("change_password", user.Username, "wrong");
        await TakesInAsync(broker, worker, "1");
    }

    [Fact]
    public async Task A_login_refused_when_it_reconnects_is_tried_again_and_what_waits_is_drained_as_at_a_start()
    {
        await using var broker = await TestBroker.StartAsync();
        var user = await broker.AddUserAsync("first");
        await using var worker = await StartAsync(user);
        await UntilAsync(() => worker.Drain.IsDone, "it is drained");
        await TestBroker.ControlAsync("change_password", user.Username, "second");
        await TestBroker.ControlAsync("close_all_user_connections", user.Username, "rotated");
        await SaysAsync(worker, "ACCESS_REFUSED");
        Assert.False(worker.Drain.IsDone);
        await broker.PublishAsync("usage-events", UsageOverRabbitMqTests.Event("waited"));
        await TestBroker.ControlAsync("change_password", user.Username, "first");
        await UntilAsync(() => worker.Drain.IsDone, "it is drained again");
        Assert.Equal(["waited"], worker.Ids);
        await TakesInAsync(broker, worker, "1");
    }

    [Fact]
    public async Task A_virtual_host_that_is_missing_is_named_and_used_once_it_is_there()
    {
        await using var broker = await TestBroker.StartAsync();
        var missing = broker.Settings.VirtualHost + "-later";
        await using var worker = await StartAsync(broker.Settings with { VirtualHost = missing }, waitForBus: false);
        await SaysAsync(worker, missing);
        try
        {
            await TestBroker.ControlAsync("add_vhost", missing);
            await TestBroker.ControlAsync("set_permissions", "-p", missing, broker.Settings.Username, ".*", ".*", ".*");
            await UntilAsync(() => worker.Link.TakesIn, "messages are taken in");
        }
        finally
        {
            await TestBroker.ControlAsync("delete_vhost", missing);
        }
    }

    [Fact]
    public async Task An_exchange_declared_otherwise_is_named_and_the_bus_is_made_once_it_is_gone()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.Channel.ExchangeDeclareAsync("usage-events", ExchangeType.Topic, durable: true, cancellationToken: Cancel);
        await using var worker = await StartAsync(broker.Settings, waitForBus: false);
        await SaysAsync(worker, "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'usage-events'");
        await broker.Channel.ExchangeDeleteAsync("usage-events", cancellationToken: Cancel);
        await TakesInAsync(broker, worker, "1");
    }

    [Fact]
    public async Task A_queue_that_cannot_be_used_is_named_and_the_bus_is_made_once_it_is_gone()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.Channel.QueueDeclareAsync("billing-commands", durable: false, exclusive: true, autoDelete: false, cancellationToken: Cancel);
        await using var worker = await StartAsync(broker.Settings, waitForBus: false);
        await SaysAsync(worker, "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'billing-commands'");
        await broker.Channel.QueueDeleteAsync("billing-commands", false, false, false, Cancel);
        await TakesInAsync(broker, worker, "1");
    }

    [Fact]
    public async Task Notices_whose_exchange_is_declared_otherwise_keep_nothing_else_from_working()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.Channel.ExchangeDeclareAsync(BrokerTopology.BillingNotices, ExchangeType.Fanout, durable: true, cancellationToken: Cancel);
        await using var worker = await StartAsync(broker.Settings);
        Assert.Contains("inequivalent arg 'type' for exchange 'billing-notices'", worker.Link.NoticesCause!, StringComparison.Ordinal);
        await TakesInAsync(broker, worker, "1");
    }

    [Fact]
    public async Task A_queue_deleted_under_its_consumer_is_made_again_and_taken_from()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = await StartAsync(broker.Settings);
        await TakesInAsync(broker, worker, "1");
        await broker.Channel.QueueDeleteAsync("usage-events", false, false, false, Cancel);
        await UntilAsync(() => !worker.Link.TakesIn, "the loss is noticed");
        await TakesInAsync(broker, worker, "2");
    }
}
