// The two consumers. They catch nothing: when the store fails, the retry of the bus tries again (BusSetup), and a message is acknowledged
// only after Consume has returned.
using MassTransit;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Bus;

internal sealed class UsageConsumer(StoreUsage store, Drain drain) : IConsumer<Batch<UsageMessage>>
{
    /// <summary>On another thread: called on the one that fills the batches, storing would keep the next messages from theirs.</summary>
    public Task Consume(ConsumeContext<Batch<UsageMessage>> context) => Task.Run(() => Store(context.Message));

    private void Store(Batch<UsageMessage> batch)
    {
        var events = new List<ReadEvent>();
        foreach (var message in batch)
            events.AddRange(message.Message.Events);
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
