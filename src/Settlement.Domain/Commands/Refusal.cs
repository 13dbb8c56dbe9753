namespace Settlement.Domain.Commands;

/// <summary>
/// Why a command is refused. Malformed and hour-closed come before all others. After those, each command gets the first refusal that applies, in the
/// order in which <see cref="CommandDecision"/> checks, which is also the order in docs/commands.md.
/// </summary>
public static class Refusal
{
    public const string Malformed = "malformed";
    public const string HourClosed = "hour-closed";
    public const string AccountExists = "account-exists";
    public const string UnknownAccount = "unknown-account";
    public const string UnknownApi = "unknown-api";
    public const string UnknownRegion = "unknown-region";
    public const string AlreadySubscribed = "already-subscribed";
    public const string NotSubscribed = "not-subscribed";
    public const string PackageExists = "package-exists";
    public const string UnknownPackage = "unknown-package";
    public const string UnknownOffer = "unknown-offer";
    public const string OfferWithdrawn = "offer-withdrawn";
    public const string PackageExpired = "package-expired";
    public const string PackageReleased = "package-released";
    public const string PackageNotRefundable = "package-not-refundable";
    public const string AccountInArrears = "account-in-arrears";
    public const string InsufficientBalance = "insufficient-balance";
}
