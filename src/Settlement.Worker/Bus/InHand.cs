using MassTransit;

namespace Settlement.Worker.Bus;

/// <summary>
/// Tells the drain which messages of the in-process bus are in hand. For messages from a broker, <see cref="BoundedConsumer"/> does this.
/// </summary>
internal sealed class InHand(Drain drain) : IFilter<ConsumeContext>
{
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        var number = drain.Enter(context.ReceiveContext.Redelivered);
        try
        {
            await next.Send(context);
        }
        finally
        {
            drain.Leave(number);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("in-hand");
}
