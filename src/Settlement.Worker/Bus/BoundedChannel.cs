using MassTransit;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

/// <summary>What a bounded channel needs to know.</summary>
/// <param name="MostMessages">The most messages that are requested from the broker at a time.</param>
internal sealed record Bounds(string Queue, int MaxBodyBytes, int MostMessages, Drain Drain, ILogger Log);

/// <summary>Replaces the channel that the transport would use with a <see cref="BoundedChannel"/>.</summary>
internal sealed class BoundedChannelFilter(Bounds bounds) : IFilter<ChannelContext>
{
    public async Task Send(ChannelContext context, IPipe<ChannelContext> next)
    {
        using var bounded = new BoundedChannel(context, bounds);
        await next.Send(bounded);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("bounded-channel");
}

/// <summary>A channel whose consumer is a <see cref="BoundedConsumer"/>, which passes on to the transport's consumer what fits into memory.</summary>
internal sealed class BoundedChannel : ScopeChannelContext, ChannelContext
{
    private readonly ChannelContext channel;
    private readonly Bounds bounds;
    private BoundedConsumer? consumer;

    public BoundedChannel(ChannelContext channel, Bounds bounds)
        : base(channel, CancellationToken.None) =>
        (this.channel, this.bounds) = (channel, bounds);

    /// <summary>The body of a message in hand, as the client holds it. If it is null, ask for a copy.</summary>
    public ReadOnlyMemory<byte>? BodyOf(ulong delivery) => consumer?.BodyOf(delivery);

    /// <summary>A message has been read.</summary>
    /// <param name="bytes">The memory it takes, not counting its body.</param>
    public void Read(ulong delivery, long bytes) => consumer?.Read(delivery, bytes);

    /// <summary>Completes when all that was delivered before this has passed.</summary>
    public Task TurnAsync(ulong delivery, CancellationToken cancel) => consumer?.TurnAsync(delivery, cancel) ?? Task.CompletedTask;

    /// <summary>Nothing has to wait for this delivery any more.</summary>
    public void Pass(ulong delivery) => consumer?.Pass(delivery);

    /// <summary>Does nothing: the consumer itself requests as much as it can hold.</summary>
    Task ChannelContext.BasicQos(uint prefetchSize, ushort prefetchCount, bool global, CancellationToken cancellationToken) => Task.CompletedTask;

    Task<string> ChannelContext.BasicConsume(
        string queue, bool noAck, bool exclusive, IDictionary<string, object> arguments, IAsyncBasicConsumer consumer, string consumerTag,
        CancellationToken cancellationToken)
    {
        this.consumer = new BoundedConsumer(
            channel,
            consumer,
            new ByteBudget(IntakeSettings.BytesInHand, bounds.MostMessages),
            bounds,
            (tag, to, cancel) => channel.BasicConsume(queue, noAck, exclusive, arguments, to, tag, cancel));
        return this.consumer.StartAsync(consumerTag, cancellationToken);
    }

    Task ChannelContext.BasicCancel(string consumerTag, CancellationToken cancellationToken) =>
        consumer?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Goes straight to the channel: a cancellation source for each message would be costly.</summary>
    ValueTask ChannelContext.BasicAck(ulong deliveryTag, bool multiple, CancellationToken cancellationToken) =>
        channel.BasicAck(deliveryTag, multiple, cancellationToken);
}
