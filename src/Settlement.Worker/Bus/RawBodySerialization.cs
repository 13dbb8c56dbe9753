// Agents know nothing of MassTransit: bodies come with any content type and without an envelope. A body is read here, before any consumer or batch,
// so that an unreadable one goes to the error queue alone. The sender's headers are ignored: a message id shared by two messages would make
// MassTransit drop one of them from a batch, and a reply address would make it answer.
using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using MassTransit;
using MassTransit.Metadata;
using MassTransit.RabbitMqTransport;
using MassTransit.Serialization;
using Settlement.Worker.Ingest;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

/// <param name="read">Turns a body and its content type into a message for the consumer.</param>
/// <param name="maxBodyBytes">A larger body is not read.</param>
/// <param name="unreadable">Called for a message that can't be read, before it goes to the error queue.</param>
internal sealed class RawBodySerialization(
    Func<ReadOnlyMemory<byte>, string?, object> read, int maxBodyBytes, Action<ReceiveContext>? unreadable = null)
    : ISerializerFactory, IMessageDeserializer, IMessageSerializer
{
    public ContentType ContentType { get; } = new("application/json");

    public static RawBodySerialization OfUsage(int maxBodyBytes) =>
        new((body, type) => UsageMessage.Of(UsageReader.Read(body.Span, type, IntakeSettings.EventsAhead)), maxBodyBytes, DeliveryOrder.Unreadable);

    public static RawBodySerialization OfCommands(int maxBodyBytes) => new((body, _) => new CommandMessage(CommandReader.Read(body)), maxBodyBytes);

    public IMessageSerializer CreateSerializer() => this;

    public IMessageDeserializer CreateDeserializer() => this;

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        // As it was sent: MassTransit drops what .NET cannot parse.
        var contentType = receiveContext.TryGetPayload(out RabbitMqBasicConsumeContext? rabbit)
            ? rabbit.Properties.ContentType
            : receiveContext.ContentType?.ToString();
        try
        {
            var message = receiveContext.TryGetPayload(out ChannelContext? channel) && channel is BoundedChannel bounded && rabbit is not null
                ? Read(bounded, rabbit.DeliveryTag, receiveContext, contentType)
                : Read(receiveContext.Body.GetBytes(), contentType);
            return new BodyConsumeContext(receiveContext, new ReadBody(message, receiveContext.InputAddress));
        }
        catch (UnreadableBodyException)
        {
            unreadable?.Invoke(receiveContext);
            throw;
        }
    }

    /// <summary>
    /// Reads from the client's own buffer, which is reused for another message once this one has been dealt with, so the result must keep no part of
    /// it.
    /// </summary>
    private object Read(BoundedChannel channel, ulong delivery, ReceiveContext context, string? contentType)
    {
        var message = Read(channel.BodyOf(delivery) ?? context.Body.GetBytes(), contentType);
        if (message is UsageMessage usage)
            channel.Read(delivery, usage.Bytes);
        return message;
    }

    private object Read(ReadOnlyMemory<byte> body, string? contentType) =>
        body.Length <= maxBodyBytes ? read(body, contentType) : throw UnreadableBodyException.TooLarge(body.Length, maxBodyBytes);

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        new ReadBody(Read(body.GetBytes(), null), destinationAddress);

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class
    {
        if (context.Message is not RawBody raw)
            throw new NotSupportedException($"Only a {nameof(RawBody)} can be sent, not {typeof(T)}.");
        context.ContentType = raw.ContentType is null ? ContentType : new ContentType(raw.ContentType);
        return new BytesMessageBody(raw.Body);
    }

    public void Probe(ProbeContext context) => context.CreateScope("raw").Add("contentType", ContentType.MediaType);
}

internal sealed class ReadBody(object message, Uri? destination)
    : BaseSerializerContext(SystemTextJsonMessageSerializer.Instance, new NoSender(destination), [MessageUrn.ForTypeString(message.GetType())])
{
    public override bool TryGetMessage<T>(out T? found)
        where T : class => (found = message as T) is not null;

    public override bool TryGetMessage(Type messageType, [NotNullWhen(true)] out object? found) =>
        (found = messageType.IsInstanceOfType(message) ? message : null) is not null;

    public override IMessageSerializer GetMessageSerializer() => throw new NotSupportedException("Messages are not forwarded.");

    public override IMessageSerializer GetMessageSerializer<T>(MessageEnvelope envelope, T overlay) =>
        throw new NotSupportedException("Messages are not forwarded.");

    public override IMessageSerializer GetMessageSerializer(object overlay, string[] messageTypes) =>
        throw new NotSupportedException("Messages are not forwarded.");

    public override Dictionary<string, object> ToDictionary<T>(T? overlay)
        where T : class => throw new NotSupportedException("Messages are not forwarded.");
}

internal sealed class NoSender(Uri? destination) : MessageContext
{
    public Guid? MessageId => null;

    public Guid? RequestId => null;

    public Guid? CorrelationId => null;

    public Guid? ConversationId => null;

    public Guid? InitiatorId => null;

    public DateTime? ExpirationTime => null;

    public Uri? SourceAddress => null;

    public Uri? DestinationAddress => destination;

    public Uri? ResponseAddress => null;

    public Uri? FaultAddress => null;

    public DateTime? SentTime => null;

    public Headers Headers => EmptyHeaders.Instance;

    public HostInfo Host => HostMetadataCache.Host;
}
