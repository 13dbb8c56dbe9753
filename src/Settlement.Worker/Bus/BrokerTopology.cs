// What the worker needs in the broker (INTERFACE 1 to 3). Declared here and nowhere else; deploy/rabbitmq-definitions.json says the same, and a test
// checks that the two agree. A queue that already exists is used as it is: operators may prefer another kind or a policy.
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Settlement.Worker.Bus;

public static class BrokerTopology
{
    public const string UsageEvents = Contracts.UsageEvents.Exchange;
    public const string BillingCommands = Contracts.Commands.BillingCommand.Exchange;
    public const string BillingNotices = Contracts.BillingNotice.Exchange;

    public static readonly IReadOnlyList<string> Inputs = [UsageEvents, BillingCommands];

    /// <summary>
    /// RabbitMQ 4 drops a message of a quorum queue after 20 deliveries unless told otherwise. If the database is down and the worker is restarted
    /// now and then, usage would be lost. So the limit is out of reach (-1, "none", is refused by RabbitMQ 3), and whatever the broker still gives up
    /// on goes to the error queue.
    /// </summary>
    public const int DeliveryLimit = 1_000_000;

    private const ushort NotFound = 404;
    private const ushort PreconditionFailed = 406;

    public static string ErrorQueueOf(string queue) => queue + "_error";

    public static Dictionary<string, object?> ArgumentsOf(string queue)
    {
        var arguments = new Dictionary<string, object?>(ErrorArguments, StringComparer.Ordinal)
        {
            ["x-dead-letter-exchange"] = ErrorQueueOf(queue),
            // Kept until the error queue has it. Requires reject-publish, which never rejects without a maximum length.
            ["x-dead-letter-strategy"] = "at-least-once",
            ["x-overflow"] = "reject-publish",
        };
        // Only one worker at a time takes commands and the others stand by, so an account is opened before it is topped up even if a worker dies in
        // between.
        if (string.Equals(queue, BillingCommands, StringComparison.Ordinal))
            arguments["x-single-active-consumer"] = true;
        return arguments;
    }

    public static readonly IReadOnlyDictionary<string, object?> ErrorArguments = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = DeliveryLimit,
    };

    /// <summary>Makes sure that a queue, its exchange and its error queue are there.</summary>
    /// <returns>How many messages wait in the queue.</returns>
    public static async Task<uint> DeclareInputAsync(IConnection connection, string queue, CancellationToken cancel)
    {
        var error = ErrorQueueOf(queue);
        await DeclareQueueAsync(connection, error, ErrorArguments, cancel);
        return await DeclareQueueAsync(connection, queue, ArgumentsOf(queue), cancel);
    }

    public static Task DeclareNoticesAsync(IChannel channel, CancellationToken cancel) =>
        channel.ExchangeDeclareAsync(BillingNotices, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancel);

    /// <returns>How many messages wait in the queue; null if there is no such queue.</returns>
    public static async Task<uint?> DepthAsync(IConnection connection, string queue, CancellationToken cancel)
    {
        // The broker answers "no such queue" by closing the channel.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, cancel)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether the queue was declared the way we declare it, so that what is rejected goes to its error queue. Nothing is known about a queue
    /// declared differently.
    /// </summary>
    public static async Task<bool> DeadLettersAsync(IConnection connection, string queue, CancellationToken cancel)
    {
        // The broker answers "declared otherwise" by closing the channel.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        try
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, ArgumentsOf(queue), cancellationToken: cancel);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == PreconditionFailed)
        {
            return false;
        }
    }

    private static async Task<uint> DeclareQueueAsync(
        IConnection connection, string queue, IReadOnlyDictionary<string, object?> arguments, CancellationToken cancel)
    {
        var depth = await DepthAsync(connection, queue, cancel);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancel);
        if (depth is null)
        {
            depth = (await channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(arguments),
                cancellationToken: cancel)).MessageCount;
        }

        await channel.QueueBindAsync(queue, exchange: queue, routingKey: "", cancellationToken: cancel);
        return depth.Value;
    }
}
