using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Settlement.Worker.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Bus;

/// <summary>
/// What the users of deploy/broker-definitions.sh may do and what they may not, asked of a real broker: this is what somebody with a stolen password
/// can and can't do (docs/security.md).
/// </summary>
public sealed class DeployedRightsTests
{
    private const ushort Refused = 403;

    private static readonly string[] Ours = ["usage-events", "usage-events_error", "billing-commands", "billing-commands_error", "billing-notices"];
    private static readonly string[] Queues = Ours[..4];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("agent", "usage-events")]
    [InlineData("console", "billing-commands")]
    public async Task Who_sends_can_send_to_one_exchange_and_do_nothing_else(string user, string exchange)
    {
        await using var broker = await TestBroker.StartAsync();
        await TopologyTests.ImportAsync(broker);
        await using var connection = await ConnectAsync(broker, user);
        await using (var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancel))
            await channel.BasicPublishAsync(exchange, "", mandatory: true, new BasicProperties(), "[]"u8.ToArray(), Cancel);

        foreach (var other in Ours.Except([exchange]))
            await RefusedAsync(connection, c => PublishAsync(c, other));
        foreach (var queue in Queues)
            await CannotReadOrChangeAsync(connection, queue);
        await CannotDeclareAsync(connection, "mine");
        await RefusedAsync(connection, c => c.ExchangeDeleteAsync("billing-notices", cancellationToken: Cancel));
        // The default exchange leads to every queue by its name.
        await RefusedAsync(connection, c =>
            c.BasicPublishAsync("", exchange, mandatory: true, new BasicProperties(), "[]"u8.ToArray(), Cancel).AsTask());
        await RefusedAsync(connection, c =>
            c.QueueDeclareAsync("gateway.mine", durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancel));
        Assert.Equal(exchange == "usage-events" ? 1u : 0u, await broker.DepthAsync("usage-events"));
        Assert.Equal(exchange == "billing-commands" ? 1u : 0u, await broker.DepthAsync("billing-commands"));
    }

    [Fact]
    public async Task The_gateway_can_hear_notices_in_queues_of_its_own_and_do_nothing_else()
    {
        await using var broker = await TestBroker.StartAsync();
        await TopologyTests.ImportAsync(broker);
        await using var connection = await ConnectAsync(broker, "gateway");
        await using (var channel = await connection.CreateChannelAsync(cancellationToken: Cancel))
        {
            await channel.QueueDeclareAsync("gateway.stop", durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancel);
            await channel.QueueBindAsync("gateway.stop", "billing-notices", "#", cancellationToken: Cancel);
            await broker.PublishAsync("billing-notices", "{}");
            Assert.NotNull(await channel.BasicGetAsync("gateway.stop", autoAck: true, Cancel));
        }

        foreach (var exchange in Ours)
            await RefusedAsync(connection, c => PublishAsync(c, exchange));
        foreach (var queue in Queues)
            await CannotReadOrChangeAsync(connection, queue);
        await CannotDeclareAsync(connection, "mine");
        await RefusedAsync(connection, c => c.ExchangeDeleteAsync("billing-notices", cancellationToken: Cancel));
        await RefusedAsync(connection, c => c.QueueBindAsync("gateway.stop", "usage-events", "", cancellationToken: Cancel));
        await RefusedAsync(connection, c => c.QueueBindAsync("gateway.stop", "billing-commands", "", cancellationToken: Cancel));
        // What it may not send, its queues and exchanges may not send for it.
        await RefusedAsync(connection, c => c.QueueDeclareAsync(
            "gateway.back", durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-dead-letter-exchange"] = "billing-commands", ["x-message-ttl"] = 0 }, cancellationToken: Cancel));
        await RefusedAsync(connection, c => c.ExchangeDeclareAsync(
            "gateway.out", ExchangeType.Fanout, arguments: new Dictionary<string, object?> { ["alternate-exchange"] = "usage-events" },
            cancellationToken: Cancel));
        await RefusedAsync(connection, c => c.ExchangeBindAsync("billing-commands", "billing-notices", "#", cancellationToken: Cancel));
    }

    [Fact]
    public async Task The_worker_can_use_what_is_its_own_and_nothing_of_others()
    {
        await using var broker = await TestBroker.StartAsync();
        await TopologyTests.ImportAsync(broker);
        await broker.Channel.QueueDeclareAsync("gateway.stop", durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancel);
        await using var connection = await ConnectAsync(broker, "settlement");
        await CannotReadOrChangeAsync(connection, "gateway.stop");
        await CannotDeclareAsync(connection, "mine");
        await RefusedAsync(connection, c =>
            c.BasicPublishAsync("", "gateway.stop", mandatory: true, new BasicProperties(), "{}"u8.ToArray(), Cancel).AsTask());
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(connection, queue, Cancel);
    }

    [Fact]
    public async Task No_user_of_them_may_administer_the_broker()
    {
        await using var broker = await TestBroker.StartAsync();
        await TopologyTests.ImportAsync(broker);
        var users = (await TestBroker.ControlAsync("list_users", "--no-table-headers")).Split('\n');
        foreach (var user in new[] { "settlement", "agent", "console", "gateway" })
            Assert.Contains($"{user}\t[]", users);
    }

    private static Task<IConnection> ConnectAsync(TestBroker broker, string user) =>
        BrokerConnection.OpenAsync(broker.Settings with { Username = user, Password = "secret" }, user, Cancel);

    private static async Task CannotReadOrChangeAsync(IConnection connection, string queue)
    {
        await RefusedAsync(connection, c => c.BasicGetAsync(queue, autoAck: true, Cancel));
        await RefusedAsync(connection, c => c.BasicConsumeAsync(queue, autoAck: true, new AsyncDefaultBasicConsumer(c), Cancel));
        await RefusedAsync(connection, c => c.QueuePurgeAsync(queue, Cancel));
        await RefusedAsync(connection, c => c.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: Cancel));
        await RefusedAsync(connection, c => c.QueueBindAsync(queue, "billing-notices", "#", cancellationToken: Cancel));
    }

    private static async Task CannotDeclareAsync(IConnection connection, string name)
    {
        await RefusedAsync(connection, c => c.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancel));
        await RefusedAsync(connection, c => c.ExchangeDeclareAsync(name, ExchangeType.Topic, cancellationToken: Cancel));
    }

    private static async Task PublishAsync(IChannel channel, string exchange) =>
        await channel.BasicPublishAsync(exchange, "anything", mandatory: true, new BasicProperties(), "[]"u8.ToArray(), Cancel);

    /// <summary>The broker refuses with 403 and closes the channel, so each attempt has one of its own.</summary>
    private static async Task RefusedAsync(IConnection connection, Func<IChannel, Task> attempt)
    {
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancel);
        var refused = await Assert.ThrowsAnyAsync<OperationInterruptedException>(() => attempt(channel));
        Assert.Equal(Refused, refused.ShutdownReason!.ReplyCode);
    }
}
