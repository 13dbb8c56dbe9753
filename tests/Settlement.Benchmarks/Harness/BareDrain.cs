using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Settlement.Worker.Bus;

namespace Settlement.Benchmarks.Harness;

/// <summary>
/// A bare loop on the queue with RabbitMQ.Client. It takes messages, hands over as many per transaction as the worker takes, and acknowledges them
/// all at once.
/// </summary>
internal static class BareDrain
{
    /// <param name="store">Called on one thread, with the bodies of one transaction.</param>
    /// <returns>The time from just before consuming until the last message is committed.</returns>
    public static async Task<Taken> DrainAsync(Broker broker, int messages, int perTransaction, Action<IReadOnlyList<byte[]>> store)
    {
        await using var channel = await broker.Connection.CreateChannelAsync();
        // Twice as many as a transaction takes, so that the next ones are there while it commits.
        await channel.BasicQosAsync(0, (ushort)(2 * perTransaction), global: false);
        var arrived = Channel.CreateUnbounded<(ulong Tag, byte[] Body)>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, message) => await arrived.Writer.WriteAsync((message.DeliveryTag, message.Body.ToArray()));
        var watch = Watch.Start();
        var tag = await channel.BasicConsumeAsync(BrokerTopology.UsageEvents, autoAck: false, consumer);
        var batch = new List<byte[]>(perTransaction);
        for (var left = messages; left > 0; left -= batch.Count)
        {
            batch.Clear();
            ulong last = 0;
            while (batch.Count < Math.Min(perTransaction, left))
            {
                (last, var body) = await arrived.Reader.ReadAsync();
                batch.Add(body);
            }

            store(batch);
            await channel.BasicAckAsync(last, multiple: true);
        }

        var taken = watch.Taken;
        await channel.BasicCancelAsync(tag);
        return taken;
    }
}
