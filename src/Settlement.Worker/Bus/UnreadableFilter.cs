using System.Runtime.ExceptionServices;
using MassTransit;
using Settlement.Worker.Ingest;

namespace Settlement.Worker.Bus;

/// <summary>
/// Handles what failed for good. An unreadable body, or one with a command that can't be stored because of a fault of its own, goes on to the error
/// queue. Anything else is our fault or the database's, and the message goes back to its queue, never to the error queue.
/// </summary>
/// <param name="pause">A returned message comes back at once: without a pause, this would be a hot loop.</param>
internal sealed partial class UnreadableFilter(string queue, Drain drain, BusEnd end, TimeSpan pause, ILogger<UnreadableFilter> log)
    : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (!context.IsFaulted)
            await context.NotifyFaulted(context.Exception);
        if (context.Exception is UnreadableBodyException or UnstorableCommandException)
        {
            await next.Send(context);
            Unreadable(log, BrokerTopology.ErrorQueueOf(queue), ForLog(context.Exception));
            drain.Stored(queue, 1);
            return;
        }

        if (!end.HasCome)
        {
            GoesBack(log, queue, context.Exception);
            await Task.Delay(pause, context.CancellationToken);
        }

        ExceptionDispatchInfo.Throw(context.Exception);
    }

    private static string ForLog(Exception error) => error is UnreadableBodyException body ? body.ForLog : ((UnstorableCommandException)error).ForLog;

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message that can't be read or stored is in {Queue} now: {Reason}")]
    private static partial void Unreadable(ILogger log, string queue, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Messages of {Queue} could not be stored and go back to it, to be tried again")]
    private static partial void GoesBack(ILogger log, string queue, Exception e);

    public void Probe(ProbeContext context) => context.CreateFilterScope("unreadable");
}
