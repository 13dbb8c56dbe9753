using System.Text.Json;
using System.Text.Json.Serialization;

namespace Settlement.Contracts.Commands;

/// <summary>
/// A command to the exchange <c>billing-commands</c> (INTERFACE 2). Every command is answered by a <c>command-applied</c> or <c>command-refused</c>
/// notice. A command with a field out of bounds is refused as <c>malformed</c>. Texts have the same bounds as in <see cref="UsageEvent"/>.
/// </summary>
public abstract record BillingCommand
{
    /// <summary>A durable fanout exchange.</summary>
    public const string Exchange = "billing-commands";

    /// <summary>Chosen by the sender. Sending the same id again does nothing, even if the first command was refused.</summary>
    [JsonPropertyName("id")]
    [JsonPropertyOrder(-4)]
    public required string Id { get; init; }

    /// <summary>The command's name on the wire, such as <c>top-up</c>.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-3)]
    public abstract string Type { get; }

    /// <summary>
    /// The instant it takes effect; null: on arrival. An instant later than now is <c>malformed</c>. An instant in a closed hour is
    /// <c>hour-closed</c>, except for open-account, top-up, adjust-balance, set-alert and set-auto-renew, which then apply on arrival.
    /// </summary>
    [JsonPropertyName("at")]
    [JsonPropertyOrder(-2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? At { get; init; }

    /// <summary>The person behind it. Required for adjust-balance, hold, resume, and packages that are given away.</summary>
    [JsonPropertyName("by")]
    [JsonPropertyOrder(-1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }

    /// <summary>
    /// The message body, content type <c>application/json</c>. Serialising as the base type would leave out the command's own fields.
    /// </summary>
    public byte[] ToUtf8Bytes() => JsonSerializer.SerializeToUtf8Bytes(this, GetType());

    public string ToJson() => JsonSerializer.Serialize(this, GetType());
}
