using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

/// <summary>A message in an error queue.</summary>
/// <param name="Id">Of its bytes: to name it when it is replayed. Two equal bodies have one id.</param>
/// <param name="Reason">Why it could not be read.</param>
/// <param name="At">When it was put here, if the headers say.</param>
public sealed record ErrorMessage(string Id, string Queue, string Reason, DateTimeOffset? At, string? ContentType, ReadOnlyMemory<byte> Body);

/// <summary>The unreadable messages of one queue: to look at and, when the cause is gone, to try again. Only while a broker is configured.</summary>
public sealed class ErrorQueue(RabbitMqSettings settings, string queue)
{
    private const string Prefix = "MT-";

    private readonly string _errors = BrokerTopology.ErrorQueueOf(queue);

    /// <summary>The oldest messages, none of them taken away. While this runs they are in hand and nobody else sees them.</summary>
    public async Task<IReadOnlyList<ErrorMessage>> ListAsync(int most, CancellationToken cancel)
    {
        var listed = new List<ErrorMessage>();
        await WithAllInHandAsync(
            message =>
            {
                if (listed.Count < most)
                    listed.Add(Describe(message));
                return false;
            },
            cancel);
        return listed;
    }

    /// <summary>
    /// Sends messages back to where they came from, as they were. Each is taken away only when the broker has confirmed it there; a crash in
    /// between leaves one twice, which identities make harmless (7.1).
    /// </summary>
    /// <param name="ids">Only these (of <see cref="ErrorMessage.Id"/>); all if null.</param>
    /// <returns>How many were sent.</returns>
    public Task<int> ReplayAsync(IReadOnlyCollection<string>? ids, CancellationToken cancel) => WithAllInHandAsync(
        message => ids is null || ids.Contains(IdOf(message.Body.Span), StringComparer.OrdinalIgnoreCase), cancel);

    /// <summary>
    /// Takes all messages in hand, sends back those that are chosen, and returns the rest. All, because a quorum queue puts what is returned
    /// behind what it still holds, so that only the whole keeps its order; and because what comes back while this runs, since it still
    /// can't be read, must not be taken again.
    /// </summary>
    private async Task<int> WithAllInHandAsync(Predicate<BasicGetResult> choose, CancellationToken cancel)
    {
        await using var connection = await BrokerConnection.OpenAsync(settings, "errors", cancel);
        if (await BrokerTopology.DepthAsync(connection, _errors, cancel) is null)
            return 0;
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), cancel);
        var chosen = new List<BasicGetResult>();
        var (taken, last) = (0, 0UL);
        for (; await channel.BasicGetAsync(_errors, autoAck: false, cancel) is { } message; taken++)
        {
            last = message.DeliveryTag;
            if (choose(message))
                chosen.Add(message);
        }

        foreach (var message in chosen)
        {
            await channel.BasicPublishAsync(queue, "", mandatory: true, Original(message.BasicProperties), message.Body, cancel);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancel);
        }

        if (taken > chosen.Count)
            await channel.BasicNackAsync(last, multiple: true, requeue: true, cancel);
        return chosen.Count;
    }

    private static string IdOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body)[..6]);

    private ErrorMessage Describe(BasicGetResult message)
    {
        var headers = message.BasicProperties.Headers;
        var reason = Text(headers, "MT-Fault-Message") ?? Text(headers, "x-first-death-reason") ?? "unknown";
        DateTimeOffset? at = DateTimeOffset.TryParse(
            Text(headers, "MT-Fault-Timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed : null;
        return new ErrorMessage(IdOf(message.Body.Span), queue, reason, at, message.BasicProperties.ContentType, message.Body);
    }

    /// <summary>The sender's properties and headers, without what the way into the error queue has added.</summary>
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
