using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

/// <summary>A message in an error queue.</summary>
/// <param name="Id">Made from its bytes, to name it when it is replayed. Two equal bodies have the same id.</param>
/// <param name="Reason">Why it could not be read.</param>
/// <param name="At">When it was put here, if the headers say so.</param>
public sealed record ErrorMessage(string Id, string Queue, string Reason, DateTimeOffset? At, string? ContentType, ReadOnlyMemory<byte> Body);

/// <summary>
/// The unreadable messages of one queue: to look at them and, once the cause is gone, to try them again. Only when a broker is configured.
/// </summary>
public sealed class ErrorQueue(RabbitMqSettings settings, string queue)
{
    private const string Prefix = "MT-";

    private readonly string _errors = BrokerTopology.ErrorQueueOf(queue);

    /// <summary>
    /// The oldest messages, one after the other; none is removed. While this runs they are in hand and nobody else sees them. All are taken in hand,
    /// however many are asked for: the broker puts returned messages behind those it still holds, so the order is kept only if all are taken. The
    /// bodies stay with the broker, not in this program.
    /// </summary>
    public async IAsyncEnumerable<ErrorMessage> ListAsync(int most, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var connection = await BrokerConnection.OpenAsync(settings, "errors", cancel);
        if (await BrokerTopology.DepthAsync(connection, _errors, cancel) is not { } depth)
            yield break;
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        var (listed, last) = (0, 0UL);
        for (var left = depth; left > 0 && await channel.BasicGetAsync(_errors, autoAck: false, cancel) is { } message; left--)
        {
            last = message.DeliveryTag;
            if (listed++ < most)
                yield return Describe(message);
        }

        if (last > 0)
            await PutBackAsync(channel, last, cancel);
    }

    /// <summary>
    /// Sends messages back to where they came from, as they were. Each is removed only when the broker has confirmed it there. A crash in between
    /// leaves one twice, which identities make harmless (7.1). A message that comes back while this runs, because it still can't be read, is not
    /// taken again.
    /// </summary>
    /// <param name="ids">Only these (see <see cref="ErrorMessage.Id"/>); all if null.</param>
    /// <returns>How many were sent.</returns>
    public Task<int> ReplayAsync(IReadOnlyCollection<string>? ids, CancellationToken cancel) => EachAsync(
        ids,
        (channel, message) => channel.BasicPublishAsync(queue, "", mandatory: true, Original(message.BasicProperties), message.Body, cancel),
        cancel);

    /// <summary>Removes messages for good.</summary>
    /// <param name="ids">Only these; all that are there now if null.</param>
    /// <returns>How many are gone.</returns>
    public Task<int> DiscardAsync(IReadOnlyCollection<string>? ids, CancellationToken cancel) =>
        EachAsync(ids, (_, _) => ValueTask.CompletedTask, cancel);

    /// <summary>Does something with each chosen message and removes it; one is in memory at a time. The others are returned in their order.</summary>
    private async Task<int> EachAsync(IReadOnlyCollection<string>? ids, Func<IChannel, BasicGetResult, ValueTask> work, CancellationToken cancel)
    {
        await using var connection = await BrokerConnection.OpenAsync(settings, "errors", cancel);
        if (await BrokerTopology.DepthAsync(connection, _errors, cancel) is not { } depth)
            return 0;
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), cancel);
        var (done, kept) = (0, 0UL);
        for (var left = depth; left > 0 && await channel.BasicGetAsync(_errors, autoAck: false, cancel) is { } message; left--)
        {
            if (ids is not null && !ids.Contains(IdOf(message.Body.Span), StringComparer.OrdinalIgnoreCase))
            {
                kept = message.DeliveryTag;
                continue;
            }

            await work(channel, message);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancel);
            done++;
        }

        if (kept > 0)
            await PutBackAsync(channel, kept, cancel);
        return done;
    }

    /// <summary>A nack has no answer. The question after it has, and the broker answers it once the messages are in the queue again.</summary>
    private async Task PutBackAsync(IChannel channel, ulong upTo, CancellationToken cancel)
    {
        await channel.BasicNackAsync(upTo, multiple: true, requeue: true, cancel);
        await channel.QueueDeclarePassiveAsync(_errors, cancel);
    }

    /// <summary>A worker rejects only what is too large for it to move (<see cref="BoundedConsumer"/>).</summary>
    private string? Given(string? death, int bytes) =>
        string.Equals(death, "rejected", StringComparison.Ordinal) && bytes > BoundedConsumer.MostMovedBytes
            ? Ingest.UnreadableBodyException.TooLargeReason(bytes, settings.MaxBodyBytes) : death;

    private static string IdOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body)[..6]);

    private ErrorMessage Describe(BasicGetResult message)
    {
        var headers = message.BasicProperties.Headers;
        var reason = Text(headers, "MT-Fault-Message") ?? Given(Text(headers, "x-first-death-reason"), message.Body.Length) ?? "unknown";
        DateTimeOffset? at = DateTimeOffset.TryParse(
            Text(headers, "MT-Fault-Timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed : null;
        return new ErrorMessage(IdOf(message.Body.Span), queue, reason, at, message.BasicProperties.ContentType, message.Body);
    }

    /// <summary>The sender's properties and headers, without those that were added on the way into the error queue.</summary>
    private static BasicProperties Original(IReadOnlyBasicProperties properties)
    {
        var original = new BasicProperties(properties) { Persistent = true };
        if (original.Headers is not null)
        {
            original.Headers = original.Headers.Where(header => !IsOurs(header.Key))
                .ToDictionary(header => header.Key, header => header.Value, StringComparer.Ordinal);
        }

        return original;
    }

    private static bool IsOurs(string header) =>
        header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || header is "x-death" or "x-delivery-count" or "x-dotnet-pub-seq-no"
        || header.StartsWith("x-first-death-", StringComparison.Ordinal) || header.StartsWith("x-last-death-", StringComparison.Ordinal);

    private static string? Text(IDictionary<string, object?>? headers, string name)
    {
        object? value = null;
        return headers?.TryGetValue(name, out value) != true ? null : value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value?.ToString();
    }
}
