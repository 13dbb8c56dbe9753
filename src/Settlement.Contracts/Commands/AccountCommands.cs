using System.Text.Json.Serialization;

namespace Settlement.Contracts.Commands;

/// <summary>Refused as <c>account-exists</c>. Usage held as <c>unknown-account</c> is released by it (7.3).</summary>
public sealed record OpenAccount : BillingCommand
{
    public override string Type => "open-account";

    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>Customer level, <c>V0</c> (the default) to <c>V5</c>: it decides the days of grace and retention (9.2).</summary>
    [JsonPropertyName("level")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Level { get; init; }

    [JsonPropertyName("name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }
}

/// <summary>Money in. Refused as <c>unknown-account</c>. A balance of zero or more ends arrears at once (9.3).</summary>
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

/// <summary>A correction: another entry with reason and author, never a change (11). Refused as <c>unknown-account</c>. <c>By</c> is needed.</summary>
public sealed record AdjustBalance : BillingCommand
{
    public override string Type => "adjust-balance";

    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary>Added to the balance, or with a sign taken from it; whole minor units, at most 10^10 either way.</summary>
    [JsonPropertyName("amount")]
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required decimal Amount { get; init; }

    [JsonPropertyName("reason")]
    public required string Reason { get; init; }
}

/// <summary>When the account is told (10). Refused as <c>unknown-account</c>.</summary>
public sealed record SetAlert : BillingCommand
{
    public override string Type => "set-alert";

    [JsonPropertyName("account")]
    public required string Account { get; init; }

    /// <summary><c>balance-low</c> is sent once per crossing, when a movement brings the balance to this or below. Left alone unless given.</summary>
    [JsonPropertyName("balanceBelow")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Threshold BalanceBelow { get; init; }

    /// <summary>Percent, 0 to 100: the share of calls left at which <c>package-low</c> is sent. Off: the worker's setting. Left alone unless given.</summary>
    [JsonPropertyName("lowPackagePercent")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Percent LowPackagePercent { get; init; }
}
