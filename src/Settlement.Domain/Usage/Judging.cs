using Settlement.Domain.Settings;

namespace Settlement.Domain.Usage;

/// <summary>Whether the store knows the account, API and region that a call names.</summary>
public readonly record struct KnownNames(bool Account, bool Api, bool Region);

/// <summary>Judges a well-formed call that is not a repeat. Gives the first reason that applies, in the order of 7.1, whatever the status.</summary>
public static class Judging
{
    /// <param name="arrivedUs">When the call first arrived. Its age is judged by this, even after a release (7.3).</param>
    /// <param name="keptFromUs">The start of the kept span: what is older is too old whatever the clock says (7.4). Null: nothing has left.</param>
    /// <returns>One of <see cref="HoldReason"/>, or null if the call is stored.</returns>
    public static string? Judge(KnownNames known, BillingSettings settings, long timeUs, long arrivedUs, long? keptFromUs = null) =>
        !known.Account ? HoldReason.UnknownAccount
        : !known.Api ? HoldReason.UnknownApi
        : !known.Region ? HoldReason.UnknownRegion
        : timeUs < arrivedUs - settings.MaxUsageAgeUs || timeUs < keptFromUs ? HoldReason.TooOld
        : timeUs > arrivedUs + settings.MaxClockSkewUs ? HoldReason.InFuture
        : null;
}
