using System.Text.Json.Serialization;

namespace Settlement.Contracts.Commands;

/// <summary>
/// Deducts the offer's price at once and subscribes the scope (3.5). Refused with the first of these that applies: <c>unknown-account</c>,
/// <c>package-exists</c>, <c>unknown-offer</c>, <c>offer-withdrawn</c>, <c>account-in-arrears</c>, <c>insufficient-balance</c>.
/// </summary>
public sealed record BuyPackage : BillingCommand
{
    public override string Type => "buy-package";

    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>The offer's name in the catalog.</summary>
    [JsonPropertyName("offer")]
    public required string Offer { get; init; }

    /// <summary>The id that the package will have. It must be unique across all accounts.</summary>
    [JsonPropertyName("package")]
    public required string Package { get; init; }

    /// <summary>Whether the package renews automatically (8.2); false if not given.</summary>
    [JsonPropertyName("autoRenew")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AutoRenew { get; init; }

    /// <summary>How many days before the expiry date the first attempt is made, 0 to 7; if not given, 7 (a setting).</summary>
    [JsonPropertyName("daysBefore")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? DaysBefore { get; init; }

    /// <summary><c>bought</c> (the default), or <c>free</c> or <c>promotion</c>, which cost nothing and require <c>By</c>.</summary>
    [JsonPropertyName("origin")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Origin { get; init; }

    /// <summary>The only project whose calls the package pays for; null: all projects.</summary>
    [JsonPropertyName("project")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Project { get; init; }

    /// <summary>When the first lot begins, not before <c>At</c>; null: at the time of payment.</summary>
    [JsonPropertyName("startsAt")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? StartsAt { get; init; }
}

/// <summary>
/// Renews manually, for one more term from the end of the last one (8.1). Refused with the first of these that applies: <c>unknown-package</c>,
/// <c>offer-withdrawn</c>, <c>package-released</c>, <c>account-in-arrears</c>, <c>insufficient-balance</c>.
/// </summary>
public sealed record RenewPackage : BillingCommand
{
    public override string Type => "renew-package";

    [JsonPropertyName("package")]
    public required string Package { get; init; }
}

/// <summary>Refused as <c>unknown-package</c>. Turning it on can also be refused as <c>package-expired</c> or <c>offer-withdrawn</c>.</summary>
public sealed record SetAutoRenew : BillingCommand
{
    public override string Type => "set-auto-renew";

    [JsonPropertyName("package")]
    public required string Package { get; init; }

    [JsonPropertyName("enabled")]
    public required bool Enabled { get; init; }

    /// <summary>0 to 7. Kept until given again; unchanged if not given (8.4).</summary>
    [JsonPropertyName("daysBefore")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? DaysBefore { get; init; }
}

/// <summary>Always refused: as <c>unknown-package</c>, otherwise as <c>package-not-refundable</c> (3.4).</summary>
public sealed record RefundPackage : BillingCommand
{
    public override string Type => "refund-package";

    [JsonPropertyName("package")]
    public required string Package { get; init; }
}
