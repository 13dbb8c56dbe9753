namespace Settlement.Domain.Usage;

/// <summary>
/// Why a call is held in quarantine. On arrival, the first that applies, in this order (7.1): malformed, (same content: ignored), conflict,
/// unknown-account, unknown-api, unknown-region, too-old, in-future. At closing: not-subscribed, otherwise no-price (5.5).
/// </summary>
public static class HoldReason
{
    public const string Malformed = "malformed";
    public const string Conflict = "conflict";
    public const string UnknownAccount = "unknown-account";
    public const string UnknownApi = "unknown-api";
    public const string UnknownRegion = "unknown-region";
    public const string TooOld = "too-old";
    public const string InFuture = "in-future";
    public const string NotSubscribed = "not-subscribed";
    public const string NoPrice = "no-price";

    /// <summary>Released automatically when a command or a catalog supplies what was missing (7.3).</summary>
    public static readonly IReadOnlyList<string> ReleasedByItself = [UnknownAccount, UnknownApi, UnknownRegion, NoPrice];
}
