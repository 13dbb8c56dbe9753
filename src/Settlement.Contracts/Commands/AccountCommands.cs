using System.Text.Json.Serialization;

namespace Settlement.Contracts.Commands;

/// <summary>Refused as <c>account-exists</c>. Opening the account releases usage held as <c>unknown-account</c> (7.3).</summary>
public sealed record OpenAccount : BillingCommand
{
    public override string Type => "open-account";

    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>Customer level, <c>V0</c> (the default) to <c>V5</c>. It decides the days of grace and retention (9.2).</summary>
    [JsonPropertyName("level")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Level { get; init; }

    [JsonPropertyName("name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }
}

/// <summary>Adds money. Refused as <c>unknown-account</c>. Arrears end as soon as the balance is zero or more (9.3).</summary>
public sealed record TopUp : BillingCommand
{
    public override string Type => "top-up";

    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>More than 0, at most 10^10, in whole minor units of the catalog's currency (5.4).</summary>
    [JsonPropertyName("amount")]
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal Amount { get; init; }
}

/// <summary>
/// A correction: a further entry with a reason and an author, never a change to an existing one (11). Refused as <c>unknown-account</c>. <c>By</c> is
/// required.
/// </summary>
public sealed record AdjustBalance : BillingCommand
{
    public override string Type => "adjust-balance";

    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>Added to the balance; with a minus sign, deducted from it. Whole minor units, at most 10^10 either way.</summary>
    [JsonPropertyName("amount")]
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal Amount { get; init; }

    [JsonPropertyName("reason")]
    public required string Reason { get; init; }
}

/// <summary>Sets when the account is notified (10). Refused as <c>unknown-account</c>.</summary>
public sealed record SetAlert : BillingCommand
{
    public override string Type => "set-alert";

    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>
    /// <c>balance-low</c> is sent once per crossing, when a movement brings the balance to this amount or below. Unchanged if not given.
    /// </summary>
    [JsonPropertyName("balanceBelow")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Threshold BalanceBelow { get; init; }

    /// <summary>
    /// Percent, 0 to 100: the share of calls left at which <c>package-low</c> is sent. Off: the worker's setting applies. Unchanged if not given.
    /// </summary>
    [JsonPropertyName("lowPackagePercent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Percent LowPackagePercent { get; init; }
}
