using System.Text.Json;
using System.Text.Json.Serialization;

namespace Settlement.Contracts;

/// <summary>
/// A notice as it arrives from the topic exchange <c>billing-notices</c>, with <see cref="Name"/> as its routing key: a CloudEvent 1.0 (INTERFACE 3,
/// RULES 10). On first delivery, the notices of one account come in the order of <see cref="Sequence"/>. A repeat carries an id that the listener has
/// already seen; drop it.
/// </summary>
public sealed record BillingNotice
{
    public const string Exchange = "billing-notices";
    public const string TypePrefix = "settlement.";

    [JsonPropertyName("specversion")]
    public string SpecVersion { get; init; } = "1.0";

    /// <summary>Derived from the cause: the same cause always gives the same id, whatever fails or is repeated. 32 hexadecimal digits.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("source")]
    public required string Source { get; init; }

    /// <summary><see cref="TypePrefix"/> followed by one of <see cref="NoticeNames"/>. Listeners must expect names that do not exist yet.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    /// <summary>The account; null for a notice about the store or about an account that has not been opened.</summary>
    [JsonPropertyName("subject")]
    public string? Account { get; init; }

    /// <summary>The instant that the notice is about, in the billing zone; not the time of sending.</summary>
    [JsonPropertyName("time")]
    public required DateTimeOffset Time { get; init; }

    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; init; } = "application/json";

    /// <summary>1, 2, 3 … per account, without gaps. Notices without an account have a sequence of their own.</summary>
    [JsonPropertyName("sequence")]
    public required long Sequence { get; init; }

    /// <summary>The fields of each name are listed in docs/notices.md. Amounts are decimal text.</summary>
    [JsonPropertyName("data")]
    public required JsonElement Data { get; init; }

    /// <summary>The name without the prefix; the routing key.</summary>
    [JsonIgnore]
    public string Name => Type.StartsWith(TypePrefix, StringComparison.Ordinal) ? Type[TypePrefix.Length..] : Type;

    /// <exception cref="JsonException">The body is not a notice.</exception>
    public static BillingNotice Read(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize<BillingNotice>(body) ?? throw new JsonException("The body is null.");
}

/// <summary>What the gateway and other listeners are told about (RULES 10).</summary>
public static class NoticeNames
{
    /// <summary>Per account and closing run with usage: calls, fee, balance.</summary>
    public const string HourSettled = "hour-settled";
    public const string PackagePurchased = "package-purchased";

    /// <summary>7 days and 1 day before the end of a package's last lot.</summary>
    public const string PackageExpiring = "package-expiring";

    /// <summary>The calls left on a scope's live lots are at or below the percentage. Sent once until calls are added.</summary>
    public const string PackageLow = "package-low";
    public const string PackageUsedUp = "package-used-up";

    /// <summary>Sent once the lot's last hour has closed, with the calls that became void.</summary>
    public const string PackageExpired = "package-expired";
    public const string PackageRenewed = "package-renewed";
    public const string RenewalFailed = "renewal-failed";

    /// <summary>A scope switched to <c>package</c> or <c>pay-per-use</c>.</summary>
    public const string BillingModeChanged = "billing-mode-changed";
    public const string BalanceLow = "balance-low";
    public const string ArrearsStarted = "arrears-started";

    /// <summary>The gateway must stop pay-per-use calls of the scope (9.1).</summary>
    public const string ScopeFrozen = "scope-frozen";

    /// <summary>The subscription has ended (9.1).</summary>
    public const string ScopeReleased = "scope-released";
    public const string ArrearsCleared = "arrears-cleared";

    /// <summary>The account's next step can't be done. Everything else for the account waits behind it (2.5).</summary>
    public const string AccountParked = "account-parked";
    public const string AccountResumed = "account-resumed";
    public const string UsageQuarantined = "usage-quarantined";
    public const string CommandApplied = "command-applied";
    public const string CommandRefused = "command-refused";
}
