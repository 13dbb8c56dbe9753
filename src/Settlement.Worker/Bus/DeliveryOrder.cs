using System.Runtime.CompilerServices;
using MassTransit;
using MassTransit.RabbitMqTransport;

namespace Settlement.Worker.Bus;

/// <summary>
/// Lets messages into their batch in the order in which the broker delivered them (2.4). They are read in parallel, and a small one is read before a
/// large one. Without this, only as many as one batch takes could be requested from the broker at a time, and the worker would wait for it between
/// any two batches.
/// </summary>
internal sealed class DeliveryOrder : IFilter<ConsumeContext>
{
    /// <summary>
    /// A turn that has not come by then never will: the broker did not number its deliveries as expected. Better out of order than not at all.
    /// </summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>
    /// By channel, because the channel numbers the deliveries, starting at one. Not by consumer: the first messages may arrive before the broker has
    /// told us what the consumer is called.
    /// </summary>
    private readonly ConditionalWeakTable<ChannelContext, Turns> channels = [];

    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        if (TurnsOf(context.ReceiveContext, out var delivery) is not { } turns)
        {
            await next.Send(context);
            return;
        }

        Task taken;
        try
        {
            await turns.WaitAsync(delivery.DeliveryTag, context.CancellationToken);
            // Returns as soon as the message is in its batch; the task ends with the batch.
            taken = next.Send(context);
        }
        finally
        {
            turns.Pass(delivery.DeliveryTag);
        }

        await taken;
    }

    /// <summary>A message that can't be read does not come through here, so nobody waits for it.</summary>
    public void Unreadable(ReceiveContext context)
    {
        if (TurnsOf(context, out var delivery) is { } turns)
            turns.Pass(delivery.DeliveryTag);
    }

    /// <summary>This delivery goes no further, or comes again under another number.</summary>
    public void Skip(ChannelContext channel, ulong delivery) => TurnsOf(channel).Pass(delivery);

    public void Probe(ProbeContext context) => context.CreateFilterScope("delivery-order");

    /// <summary>Null on a bus that has no order to keep.</summary>
    private Turns? TurnsOf(ReceiveContext context, out RabbitMqBasicConsumeContext delivery) =>
        context.TryGetPayload(out delivery!) && context.TryGetPayload(out ChannelContext? channel)
            ? TurnsOf(channel)
            : null;

    private Turns TurnsOf(ChannelContext channel) => channels.GetValue(channel, _ => new Turns(LongestWait, TimeProvider.System));
}
