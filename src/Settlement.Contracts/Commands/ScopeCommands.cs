using System.Text.Json.Serialization;

namespace Settlement.Contracts.Commands;

/// <summary>
/// From its instant on, calls of the scope that no package covers are charged (5.5). Refused with the first of these that applies:
/// <c>unknown-account</c>, <c>unknown-api</c>, <c>unknown-region</c>, <c>already-subscribed</c>, <c>account-in-arrears</c>.
/// </summary>
public sealed record Subscribe : BillingCommand
{
    public override string Type => "subscribe";

    [JsonPropertyName("account")]
    public required string Account { get; init; }

    [JsonPropertyName("api")]
    public required string Api { get; init; }

    [JsonPropertyName("region")]
    public required string Region { get; init; }

    /// <summary>A human-readable name for the resource. It appears on every bill row (6.4).</summary>
    [JsonPropertyName("resourceName")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ResourceName { get; init; }
}

/// <summary>Refused as <c>unknown-account</c> or <c>not-subscribed</c>. Earlier calls are still charged (2.2).</summary>
public sealed record Unsubscribe : BillingCommand
{
    public override string Type => "unsubscribe";

    [JsonPropertyName("account")]
    public required string Account { get; init; }

    [JsonPropertyName("api")]
    public required string Api { get; init; }

    [JsonPropertyName("region")]
    public required string Region { get; init; }
}
