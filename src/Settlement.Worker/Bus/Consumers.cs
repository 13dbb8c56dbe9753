// The two consumers. They catch nothing: when the store fails, the retry of the bus tries again (BusSetup), and a message is acknowledged
// only after Consume has returned.
using MassTransit;
using Settlement.Domain.Usage;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

internal sealed class UsageConsumer(StoreUsage store, Drain drain, IntakeSettings intake) : IConsumer<Batch<UsageMessage>>
{
    /// <summary>On another thread: called on the one that fills the batches, storing would keep the next messages from theirs.</summary>
    public Task Consume(ConsumeContext<Batch<UsageMessage>> context) => Task.Run(() => Store(context.Message));

    /// <summary>In one transaction or, where there are too many events for one, in several. A batch that is tried again finds those of the first as they are.</summary>
    private void Store(Batch<UsageMessage> batch)
    {
        var (events, bytes) = (new List<ReadEvent>(), 0L);
        foreach (var part in batch.SelectMany(message => message.Message.Parts()))
        {
            var more = UsageMessage.BytesOf(part);
            if (events.Count > 0 && (events.Count + part.Count > intake.EventLimit || bytes + more > IntakeSettings.BytesLimit))
            {
                store(events);
                (events, bytes) = ([], 0);
            }

            events.AddRange(part);
            bytes += more;
        }

        if (events.Count > 0)
            store(events);
        drain.Stored(BrokerTopology.UsageEvents, batch.Length);
    }
}

internal sealed class CommandConsumer(StoreCommands store, Drain drain) : IConsumer<CommandMessage>
{
    public Task Consume(ConsumeContext<CommandMessage> context)
    {
        if (context.Message.Commands.Count > 0)
            store(context.Message.Commands);
        drain.Stored(BrokerTopology.BillingCommands, 1);
        return Task.CompletedTask;
    }
}
