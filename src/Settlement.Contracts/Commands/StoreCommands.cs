using System.Text.Json.Serialization;

namespace Settlement.Contracts.Commands;

/// <summary>Does what is due now instead of at the next full hour (2.3).</summary>
public sealed record RunJob : BillingCommand
{
    public override string Type => "run-job";

    /// <summary><c>close-hours</c> or <c>lifecycle</c>.</summary>
    [JsonPropertyName("job")]
    public required string Job { get; init; }
}

/// <summary>Stops all closings, whatever starts them, until the first hourly run after <see cref="Resume"/> (2.3). <c>By</c> is required.</summary>
public sealed record Hold : BillingCommand
{
    public override string Type => "hold";

    [JsonPropertyName("reason")]
    public required string Reason { get; init; }
}

/// <summary><c>By</c> is required.</summary>
public sealed record Resume : BillingCommand
{
    public override string Type => "resume";

    [JsonPropertyName("reason")]
    public required string Reason { get; init; }
}
