using Settlement.Domain.Settings;

namespace Settlement.Domain.Usage;

/// <summary>What a store knows of the account, API and region that a call names.</summary>
public readonly record struct KnownNames(bool Account, bool Api, bool Region);

/// <summary>Judges a well-formed call that is not a repeat; the first reason that applies, in the order of 7.1, for every status.</summary>
public static class Judging
{
    /// <param name="arrivedUs">When the call first arrived: age is judged by it, also after a release (7.3).</param>
    /// <returns>One of <see cref="HoldReason"/>, or null: the call is stored.</returns>
    public static string? Judge(KnownNames known, BillingSettings settings, long timeUs, long arrivedUs) =>
        !known.Account ? HoldReason.UnknownAccount
        : !known.Api ? HoldReason.UnknownApi
        : !known.Region ? HoldReason.UnknownRegion
        : timeUs < arrivedUs - settings.MaxUsageAgeUs ? HoldReason.TooOld
        : timeUs > arrivedUs + settings.MaxClockSkewUs ? HoldReason.InFuture
        : null;
}
