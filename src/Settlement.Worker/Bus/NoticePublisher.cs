using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Settlement.Engine.Notices;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

/// <summary>
/// Publishes notices to the exchange <c>billing-notices</c>, in order, each with the broker's confirm. Bypasses MassTransit, whose message ids are
/// GUIDs and whose sends keep no order. One caller at a time.
/// </summary>
public sealed class NoticePublisher(RabbitMqSettings settings) : IAsyncDisposable
{
    /// <summary>A confirm that has not arrived by then never will: a connection lost at the wrong moment can leave one open forever.</summary>
    private static readonly TimeSpan ConfirmLimit = TimeSpan.FromSeconds(20);

    private IConnection? _connection;
    private IChannel? _channel;

    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">The broker can't be reached.</exception>
    public async Task<PublishOutcome> PublishAsync(IReadOnlyList<OutgoingNotice> notices, CancellationToken cancel)
    {
        var channel = await OpenAsync(cancel);
        // All are written before the first confirm is awaited; the client writes them in the order of these calls.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ConfirmLimit);
        var confirms = new Task[notices.Count];
        for (var i = 0; i < confirms.Length; i++)
            confirms[i] = PublishAsync(channel, notices[i], limit.Token).AsTask();
        await Task.WhenAll(confirms).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var each = Array.ConvertAll(confirms, DeliveryOf);
        var unknown = Array.IndexOf(each, Delivery.Unknown);
        if (unknown < 0)
            return new PublishOutcome(each, null);
        await DisposeAsync();
        cancel.ThrowIfCancellationRequested();
        return new PublishOutcome(each, confirms[unknown].Exception?.InnerException
            ?? new TimeoutException("No confirm from the broker within 20 seconds."));
    }

    private static Delivery DeliveryOf(Task confirm) =>
        confirm.IsCompletedSuccessfully ? Delivery.Taken
        : confirm.Exception?.InnerException is PublishException ? Delivery.Refused
        : Delivery.Unknown;

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connection = null;
        _channel = null;
    }

    private static ValueTask PublishAsync(IChannel channel, OutgoingNotice notice, CancellationToken cancel)
    {
        var properties = new BasicProperties { MessageId = notice.Id, ContentType = "application/cloudevents+json", Persistent = true };
        return channel.BasicPublishAsync(BrokerTopology.BillingNotices, notice.Name, mandatory: false, properties, notice.Body, cancel);
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancel)
    {
        if (_channel is { IsOpen: true } open)
            return open;
        await DisposeAsync();
        _connection = await BrokerConnection.OpenAsync(settings, "notices", cancel);
        // The client's own limit on outstanding confirms delays single messages, so that they overtake each other.
        var options = new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);
        var channel = await _connection.CreateChannelAsync(options, cancel);
        await BrokerTopology.DeclareNoticesAsync(channel, cancel);
        return _channel = channel;
    }
}
