using System.Text.Json;
using System.Text.Json.Serialization;

namespace Settlement.Contracts;

/// <summary>
/// A notice as it comes from the topic exchange <c>billing-notices</c>, routing key = <see cref="Name"/>: a CloudEvent 1.0 (INTERFACE 3, RULES 10). Notices of
/// one account come in the order of <see cref="Sequence"/> the first time; a repeat has an id that a listener has seen and is to be dropped.
/// </summary>
public sealed record BillingNotice
{
    public const string Exchange = "billing-notices";
    public const string TypePrefix = "settlement.";

    [JsonPropertyName("specversion")]
    public string SpecVersion { get; init; } = "1.0";

    /// <summary>Derived from the cause: the same cause gives the same id, whatever fails or repeats. 32 hexadecimal digits.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("source")]
    public required string Source { get; init; }

    /// <summary><see cref="TypePrefix"/> and one of <see cref="NoticeNames"/>. Be ready for names that are not there yet.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    /// <summary>The account; null for what is about the store or an account that nobody has opened.</summary>
    [JsonPropertyName("subject")]
    public string? Account { get; init; }

    /// <summary>The instant it tells of, in the billing zone; not that of sending.</summary>
    [JsonPropertyName("time")]
    public required DateTimeOffset Time { get; init; }

    [JsonPropertyName("datacontenttype")]
    public string DataContentType { get; init; } = "application/json";

    /// <summary>1, 2, 3 … per account, without gaps; notices without an account have a sequence of their own.</summary>
    [JsonPropertyName("sequence")]
    public required long Sequence { get; init; }

    /// <summary>The fields of each name are listed in docs/notices.md. Amounts are decimal text.</summary>
    [JsonPropertyName("data")]
    public required JsonElement Data { get; init; }

    /// <summary>The name without the prefix; the routing key.</summary>
    [JsonIgnore]
    public string Name => Type.StartsWith(TypePrefix, StringComparison.Ordinal) ? Type[TypePrefix.Length..] : Type;

    /// <exception cref="JsonException">The body is no notice.</exception>
    public static BillingNotice Read(ReadOnlySpan<byte> body) => JsonSerializer.Deserialize<BillingNotice>(body) ?? throw new JsonException("The body is null.");
}

/// <summary>What the gateway and other listeners are told of (RULES 10).</summary>
public static class NoticeNames
{
    /// <summary>Per account and closing run with usage: calls, fee, balance.</summary>
    public const string HourSettled = "hour-settled";
    public const string PackagePurchased = "package-purchased";

    /// <summary>7 days and 1 day before the end of a package's last lot.</summary>
    public const string PackageExpiring = "package-expiring";

    /// <summary>Calls left on a scope's live lots are at or below the percentage; once until calls are added.</summary>
    public const string PackageLow = "package-low";
    public const string PackageUsedUp = "package-used-up";

    /// <summary>Once the lot's last hour has closed, with the calls that became void.</summary>
    public const string PackageExpired = "package-expired";
    public const string PackageRenewed = "package-renewed";
    public const string RenewalFailed = "renewal-failed";

    /// <summary>A scope went to <c>package</c> or <c>pay-per-use</c>.</summary>
    public const string BillingModeChanged = "billing-mode-changed";
    public const string BalanceLow = "balance-low";
    public const string ArrearsStarted = "arrears-started";

    /// <summary>The gateway is to stop pay-per-use calls of the scope (9.1).</summary>
    public const string ScopeFrozen = "scope-frozen";

    /// <summary>The subscription has ended (9.1).</summary>
    public const string ScopeReleased = "scope-released";
    public const string ArrearsCleared = "arrears-cleared";

    /// <summary>The account's next step can't be done; everything of it waits there (2.5).</summary>
    public const string AccountParked = "account-parked";
    public const string AccountResumed = "account-resumed";
    public const string UsageQuarantined = "usage-quarantined";
    public const string CommandApplied = "command-applied";
    public const string CommandRefused = "command-refused";
}
