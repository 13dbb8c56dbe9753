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
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        if (ChannelOf(context.ReceiveContext, out var delivery) is not { } channel)
        {
            await next.Send(context);
            return;
        }

        Task taken;
        try
        {
            await channel.TurnAsync(delivery, context.CancellationToken);
            // Returns as soon as the message is in its batch; the task ends with the batch.
            taken = next.Send(context);
        }
        finally
        {
            channel.Pass(delivery);
        }

        await taken;
    }

    /// <summary>A message that can't be read does not come through here, so nobody waits for it.</summary>
    public static void Unreadable(ReceiveContext context)
    {
        if (ChannelOf(context, out var delivery) is { } channel)
            channel.Pass(delivery);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("delivery-order");

    /// <summary>Null on a bus that has no order to keep.</summary>
    private static BoundedChannel? ChannelOf(ReceiveContext context, out ulong delivery)
    {
        delivery = context.TryGetPayload(out RabbitMqBasicConsumeContext? rabbit) ? rabbit.DeliveryTag : 0;
        return rabbit is not null && context.TryGetPayload(out ChannelContext? channel) ? channel as BoundedChannel : null;
    }
}
