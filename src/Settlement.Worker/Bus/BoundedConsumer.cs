using System.Collections.Concurrent;
using System.Globalization;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Settlement.Worker.Bus;

/// <summary>
/// Sits in front of the transport's consumer and passes on what the <see cref="ByteBudget"/> accepts. To request more or fewer messages, it cancels
/// its consumer at the broker and consumes again on the same channel; the transport does not notice. A body that is too large to move is left for the
/// broker to dead-letter.
/// The channel must dispatch one delivery at a time: what is taken and what is left with the broker is decided in the order of delivery (2.4), and
/// once the answer to a cancel has arrived, no more deliveries come from that consumer. The transport still reads them in parallel: none of the reads
/// is awaited here.
/// </summary>
internal sealed partial class BoundedConsumer(
    ChannelContext channel, IAsyncBasicConsumer inner, ByteBudget budget, Bounds bounds,
    Func<string, IAsyncBasicConsumer, CancellationToken, Task<string>> consume)
    : IAsyncBasicConsumer
{
    /// <summary>
    /// Publishing a body takes another two times its size. We don't move a larger one to the error queue ourselves if the broker can do it.
    /// </summary>
    public const int MostMovedBytes = 16 * 1024 * 1024;

    private readonly SemaphoreSlim change = new(1, 1);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<ulong, ReadOnlyMemory<byte>> bodies = [];
    private readonly ConcurrentDictionary<ulong, long> left = [];
    private readonly Turns turns = new();
    private volatile bool ended;
    private bool? deadLetters;
    private bool isReady;
    private int made;
    private int delivering;
    private string name = "";
    private string current = "";
    private TaskCompletionSource cancelled = new();

    public IChannel Channel => channel.Channel;

    public ReadOnlyMemory<byte>? BodyOf(ulong delivery) => bodies.TryGetValue(delivery, out var body) ? body : null;

    public void Read(ulong delivery, long bytes)
    {
        if (bodies.TryGetValue(delivery, out var body))
            budget.Settle(delivery, ByteBudget.BufferOf(body.Length) + bytes);
    }

    public Task TurnAsync(ulong delivery, CancellationToken cancel) => turns.WaitAsync(delivery, cancel);

    public void Pass(ulong delivery) => turns.Pass(delivery);

    public async Task<string> StartAsync(string consumerTag, CancellationToken cancel)
    {
        await channel.BasicQos(0, (ushort)budget.AtATime, false, cancel);
        return name = current = await consume(consumerTag, this, cancel);
    }

    /// <summary>Stops for good, because the transport stops.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        await stopping.CancelAsync();
        await change.WaitAsync(cancel);
        try
        {
            await channel.BasicCancel(current, cancel);
        }
        finally
        {
            change.Release();
        }
    }

    public async Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        var number = bounds.Drain.Enter(redelivered);
        try
        {
            if (Interlocked.Increment(ref delivering) > 1)
                throw new InvalidOperationException("The channel dispatches deliveries in parallel: their order is lost.");
            if (body.Length > MostMovedBytes && await DeadLetterAsync(deliveryTag, body.Length, cancellationToken))
                bounds.Drain.Leave(number);
            else if (Take(deliveryTag, number, body.Length))
                HandOn(deliveryTag, number, body, copy =>
                    inner.HandleBasicDeliverAsync(consumerTag, deliveryTag, redelivered, exchange, routingKey, properties, copy, cancellationToken));
        }
        catch (Exception e)
        {
            bounds.Drain.Leave(number);
            Fault(e);
        }
        finally
        {
            Interlocked.Decrement(ref delivering);
        }
    }

    /// <summary>Only the first one is passed on: those of later consumers mean nothing to the transport.</summary>
    public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        if (isReady)
            return Task.CompletedTask;
        isReady = true;
        return inner.HandleBasicConsumeOkAsync(consumerTag, cancellationToken);
    }

    /// <summary>Passed on only when stopping: the transport need not know of the cancels that we ask for in order to consume again.</summary>
    public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        cancelled.TrySetResult();
        return stopping.IsCancellationRequested ? inner.HandleBasicCancelOkAsync(consumerTag, cancellationToken) : Task.CompletedTask;
    }

    public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default) =>
        inner.HandleBasicCancelAsync(consumerTag, cancellationToken);

    public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        cancelled.TrySetCanceled(CancellationToken.None);
        return inner.HandleChannelShutdownAsync(channel, reason);
    }

    private bool Take(ulong delivery, long number, int bytes)
    {
        var taken = budget.Take(delivery, bytes, out var due);
        if (!taken)
            Leave(delivery, number);
        if (due)
            _ = Task.Run(ChangeAsync, CancellationToken.None);
        return taken;
    }

    /// <summary>Passes on a copy, without waiting: the client reuses its buffer as soon as this returns.</summary>
    private void HandOn(ulong delivery, long number, ReadOnlyMemory<byte> body, Func<ReadOnlyMemory<byte>, Task> deliver)
    {
        ReadOnlyMemory<byte> copy = bodies[delivery] = body.ToArray();
        turns.Announce(delivery);
        _ = Task.Run(DeliverAsync, CancellationToken.None);

        async Task DeliverAsync()
        {
            try
            {
                await deliver(copy);
            }
            finally
            {
                turns.Pass(delivery);
                bodies.TryRemove(delivery, out _);
                budget.Done(delivery);
                bounds.Drain.Leave(number);
            }
        }
    }

    private async Task ChangeAsync()
    {
        await change.WaitAsync();
        try
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token, channel.CancellationToken);
            do
                await ChangeAsync(cancel.Token);
            while (budget.EndChange());
        }
        catch (Exception e)
        {
            Fault(e);
            End();
        }
        finally
        {
            change.Release();
        }
    }

    /// <summary>
    /// Makes the transport start over. Without a consumer, or with a message that nobody holds, nothing would be taken in, and nobody would notice.
    /// </summary>
    private void Fault(Exception e)
    {
        if (!stopping.IsCancellationRequested && channel.Channel.IsOpen)
            channel.NotifyFaulted(e, new Uri("queue:" + bounds.Queue));
    }

    /// <param name="cancel">Ends the wait. A request to the broker is not abandoned halfway: its answer would be taken for that of the next
    /// one.</param>
    private async Task ChangeAsync(CancellationToken cancel)
    {
        cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await channel.BasicCancel(current, CancellationToken.None);
        // By the time this completes, everything delivered before has arrived and been taken or left.
        await cancelled.Task.WaitAsync(cancel);
        await budget.EmptyAsync(cancel);
        var next = budget.Next();
        if (next.Back.Count > 0)
            await GiveBackAsync(next);
        await channel.BasicQos(0, (ushort)next.AtATime, false, CancellationToken.None);
        current = await consume(string.Create(CultureInfo.InvariantCulture, $"{name}-{++made}"), this, CancellationToken.None);
    }

    private async Task GiveBackAsync(Portion next)
    {
        // Asked before the messages are back in the queue, so that each is counted at least once.
        var waiting = await channel.QueueDeclarePassive(bounds.Queue, CancellationToken.None);
        bounds.Drain.WentBack(bounds.Queue, waiting.MessageCount + next.Back.Count);
        foreach (var delivery in next.Back)
        {
            await channel.BasicNack(delivery, multiple: false, requeue: true, CancellationToken.None);
            Back(delivery);
        }

        Fewer(bounds.Log, bounds.Queue, next.Back.Count, next.AtATime);
    }

    /// <summary>Leaves a message with the broker. No other worker can take it, so the drain must wait for it.</summary>
    private void Leave(ulong delivery, long number)
    {
        left[delivery] = number;
        if (ended)
            Back(delivery);
    }

    private void Back(ulong delivery)
    {
        if (left.TryRemove(delivery, out var number))
            bounds.Drain.Leave(number);
    }

    /// <summary>The channel ends, and the broker takes back what was left with it.</summary>
    private void End()
    {
        ended = true;
        foreach (var delivery in left.Keys)
            Back(delivery);
    }

    /// <returns>False if the broker would drop it, so that we have to move it ourselves.</returns>
    private async Task<bool> DeadLetterAsync(ulong delivery, int bytes, CancellationToken cancel)
    {
        deadLetters ??= await BrokerTopology.DeadLettersAsync(channel.ConnectionContext.Connection, bounds.Queue, cancel);
        if (deadLetters != true)
            return false;
        await channel.BasicNack(delivery, multiple: false, requeue: false, cancel);
        bounds.Drain.Stored(bounds.Queue, 1);
        DeadLettered(
            bounds.Log, BrokerTopology.ErrorQueueOf(bounds.Queue), Ingest.UnreadableBodyException.TooLargeReason(bytes, bounds.MaxBodyBytes));
        return true;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} messages of {Queue} do not fit into memory yet and go back to it; from now on, {AtATime} are requested at a time")]
    private static partial void Fewer(ILogger log, string queue, int count, int atATime);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message that can't be read or stored is in {Queue} now: {Reason}")]
    private static partial void DeadLettered(ILogger log, string queue, string reason);
}
