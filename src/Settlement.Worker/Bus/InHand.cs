using MassTransit;

namespace Settlement.Worker.Bus;

/// <summary>Tells the drain which messages this worker has in hand: they are neither stored nor another worker's (2.4).</summary>
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
