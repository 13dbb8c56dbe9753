using RabbitMQ.Client;

namespace Settlement.Replay;

/// <summary>Persistent messages to the exchange, each confirmed by the broker and routed to a queue, or the process fails.</summary>
internal static class Publishing
{
    private const int UnderWay = 256;

    public static async Task SendAsync(Uri broker, IReadOnlyList<Message> messages)
    {
        var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = "replay" };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(true, true, outstandingPublisherConfirmationsRateLimiter: null));
        foreach (var chunk in messages.Chunk(UnderWay))
            await Task.WhenAll(chunk.Select(message => SendAsync(channel, message)));
    }

    private static async Task SendAsync(IChannel channel, Message message)
    {
        var properties = new BasicProperties { Persistent = true };
        if (message.ContentType is { } type)
            properties.ContentType = type;
        await channel.BasicPublishAsync("usage-events", "", mandatory: true, properties, message.Body);
    }
}
