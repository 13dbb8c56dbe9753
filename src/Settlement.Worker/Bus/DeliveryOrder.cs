using System.Collections.Concurrent;
using MassTransit;
using MassTransit.RabbitMqTransport;

namespace Settlement.Worker.Bus;

/// <summary>
/// Lets messages into their batch in the order in which the broker delivered them (2.4). They are read side by side and a small one is read before a large
/// one, so without this only as many as one batch takes could be asked of the broker at a time, and the worker would wait for it between any two.
/// </summary>
internal sealed class DeliveryOrder(Drain drain) : IFilter<ConsumeContext>
{
    /// <summary>A turn that has not come by then never will: the broker did not number its deliveries as expected. Better out of order than not at all.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>By consumer: a new connection counts from one again.</summary>
    private readonly ConcurrentDictionary<string, Turns> consumers = new(StringComparer.Ordinal);

    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        var number = drain.Enter();
        try
        {
            await InTurnAsync(context, next);
        }
        finally
        {
            drain.Leave(number);
        }
    }

    private async Task InTurnAsync(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        if (TurnsOf(context.ReceiveContext, out var delivery) is not { } turns)
        {
            await next.Send(context);
            return;
        }

        await turns.WaitAsync(delivery.DeliveryTag, context.CancellationToken);
        Task taken;
        try
        {
            // Returns as soon as the message is in its batch; the task ends with the batch.
            taken = next.Send(context);
        }
        finally
        {
            turns.Pass(delivery.DeliveryTag);
        }

        await taken;
    }

    /// <summary>This one can't be read and will not come by: it keeps nobody waiting.</summary>
    public void Unreadable(ReceiveContext context)
    {
        if (TurnsOf(context, out var delivery) is { } turns)
            turns.Pass(delivery.DeliveryTag);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("delivery-order");

    /// <summary>Null for what has no order: another bus, or a consumer that the broker no longer knows, whose messages it will deliver again.</summary>
    private Turns? TurnsOf(ReceiveContext context, out RabbitMqBasicConsumeContext delivery) =>
        context.TryGetPayload(out delivery!) && delivery.ConsumerTag is { } consumer ? consumers.GetOrAdd(consumer, _ => new Turns()) : null;

    private sealed class Turns
    {
        private readonly Lock gate = new();
        private readonly Dictionary<ulong, TaskCompletionSource> waiting = [];
        private readonly HashSet<ulong> passed = [];
        private ulong next = 1;

        public async Task WaitAsync(ulong tag, CancellationToken cancel)
        {
            TaskCompletionSource turn;
            lock (gate)
            {
                if (tag <= next)
                    return;
                turn = waiting[tag] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            try
            {
                await turn.Task.WaitAsync(LongestWait, cancel);
            }
            catch (TimeoutException)
            {
                SkipTo(tag);
            }
        }

        /// <summary>Nobody waits any more for those before it.</summary>
        private void SkipTo(ulong tag)
        {
            lock (gate)
            {
                next = Math.Max(next, tag);
                passed.RemoveWhere(t => t < next);
                foreach (var early in waiting.Keys.Where(t => t <= next).ToList())
                {
                    waiting.Remove(early, out var turn);
                    turn!.TrySetResult();
                }
            }
        }

        public void Pass(ulong tag)
        {
            lock (gate)
            {
                if (tag >= next)
                    passed.Add(tag);
                while (passed.Remove(next))
                    next++;
                if (waiting.Remove(next, out var turn))
                    turn.TrySetResult();
            }
        }
    }
}
