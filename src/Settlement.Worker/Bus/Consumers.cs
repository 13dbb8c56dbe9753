// The two consumers. They catch nothing: when the store fails, the retry of the bus tries again (BusSetup), and a message is acknowledged
// only after Consume has returned.
using MassTransit;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Bus;

internal sealed class UsageConsumer(StoreUsage store, Drain drain) : IConsumer<Batch<UsageMessage>>
{
    public Task Consume(ConsumeContext<Batch<UsageMessage>> context)
    {
        var events = new List<ReadEvent>();
        foreach (var message in context.Message)
            events.AddRange(message.Message.Events);
        if (events.Count > 0)
            store(events);
        drain.Stored(BrokerTopology.UsageEvents, context.Message.Length);
        return Task.CompletedTask;
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
