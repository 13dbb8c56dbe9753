using System.Runtime.ExceptionServices;
using MassTransit;
using Settlement.Worker.Ingest;

namespace Settlement.Worker.Bus;

/// <summary>
/// What failed for good. An unreadable body goes on to the error queue; anything else is a fault of ours or of the database, and the
/// message goes back to its queue, never to the error queue.
/// </summary>
/// <param name="pause">A returned message comes back at once: without a pause that is a hot loop.</param>
internal sealed class UnreadableFilter(string queue, Drain drain, TimeSpan pause) : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (!context.IsFaulted)
            await context.NotifyFaulted(context.Exception);
        if (context.Exception is UnreadableBodyException)
        {
            await next.Send(context);
            drain.Stored(queue, 1);
            return;
        }

        await Task.Delay(pause, context.CancellationToken);
        ExceptionDispatchInfo.Throw(context.Exception);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("unreadable");
}
