using System.Text.Json;
using System.Text.Json.Serialization;

namespace Settlement.Contracts;

/// <summary>
/// One or more calls of one API, as an agent reports them to the exchange <c>usage-events</c> (INTERFACE 1, RULES 1). Texts are 1 to 128 characters
/// (UTF-16 units) without leading or trailing spaces or control characters, and are compared byte by byte. An event that breaks a bound is not lost:
/// it is held in quarantine as <c>malformed</c>.
/// </summary>
public sealed record UsageEvent
{
    /// <summary>
    /// Together with <see cref="Source"/>, the event's permanent identity. A repeat with the same content is ignored; with different content it is a
    /// <c>conflict</c> (7.1).
    /// </summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Who assigned the id: the agent, or the gateway node.</summary>
    [JsonPropertyName("source")]
    public required string Source { get; init; }

    [JsonPropertyName("account")]
    public required string Account { get; init; }

    [JsonPropertyName("api")]
    public required string Api { get; init; }

    [JsonPropertyName("region")]
    public required string Region { get; init; }

    /// <summary>
    /// The instant of the call, which decides its hour (2.1); kept to the microsecond. When the event is stored, it may be at most 35 days old and at
    /// most 5 minutes ahead of the worker's clock; otherwise it is held as <c>too-old</c> or <c>in-future</c> (7.1; both bounds are settings).
    /// </summary>
    [JsonPropertyName("time")]
    public required DateTimeOffset Time { get; init; }

    /// <summary>HTTP status, 100 to 599. Only 200 to 299 is billable (1.1). Other statuses are only counted (1.2).</summary>
    [JsonPropertyName("status")]
    public required int Status { get; init; }

    /// <summary>How many calls, 1 to 1,000,000.</summary>
    [JsonPropertyName("count")]
    public long Count { get; init; } = 1;

    /// <summary>The project that the calls belong to; null: none. A package bought for a project pays only for that project's calls (3.3).</summary>
    [JsonPropertyName("project")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Project { get; init; }
}

/// <summary>
/// The body of a message with several events, content type <c>application/json</c>. Sending hundreds of events per message is the fastest way.
/// Publish it as persistent, with confirms, to <see cref="Exchange"/>, and publish again anything that was not confirmed.
/// </summary>
public sealed record UsageEvents([property: JsonPropertyName("events")] IReadOnlyList<UsageEvent> Events)
{
    /// <summary>A durable fanout exchange. Agents only need permission to write to it.</summary>
    public const string Exchange = "usage-events";

    public byte[] ToUtf8Bytes() => JsonSerializer.SerializeToUtf8Bytes(this);
}
