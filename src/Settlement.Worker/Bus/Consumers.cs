// The two consumers. They catch nothing: when the store fails, the bus retries (BusSetup), and a message is acknowledged only after Consume has
// returned.
using MassTransit;
using Settlement.Domain.Usage;
using Settlement.Worker.Settings;
using Settlement.Worker.Telemetry;

namespace Settlement.Worker.Bus;

internal sealed class UsageConsumer(StoreUsage store, Drain drain, IntakeSettings intake) : IConsumer<Batch<UsageMessage>>
{
    /// <summary>Stores on another thread: this one fills the batches, and storing on it would keep the next messages from theirs.</summary>
    public Task Consume(ConsumeContext<Batch<UsageMessage>> context) => Task.Run(() =>
    {
        var parents = context.Message.Select(message => message.ReceiveContext.TransportHeaders.Get<string>(Tracing.Parent));
        using var span = Tracing.Batch(parents, context.Message.Length);
        Store(context.Message);
    });

    /// <summary>
    /// Stores in one transaction, or in several if there are too many events for one. When a batch is retried, events that are already stored stay as
    /// they are.
    /// </summary>
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
