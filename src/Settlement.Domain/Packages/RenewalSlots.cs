using Settlement.Domain.Time;

namespace Settlement.Domain.Packages;

/// <summary>
/// When automatic renewal tries (8.2): every day at 03:00:00 in the billing zone, starting <c>daysBefore</c> days before the expiry date of the last
/// lot.
/// </summary>
public static class RenewalSlots
{
    private const long AtUs = 3 * Instant.PerHourUs;

    /// <summary>
    /// The first slot after an instant, or null if there is none before the lot ends. Only slots after the payment and after automatic renewal was
    /// turned on count, and none before the lot has begun.
    /// </summary>
    public static long? Next(BillingZone zone, Package package, Lot last, long afterUs)
    {
        var expiry = ExpiryDate(zone, last);
        var first = zone.MidnightUs(expiry.AddDays(-(int)package.DaysBefore)) + AtUs;
        var after = Math.Max(Math.Max(afterUs, package.AutoRenewSinceUs), Math.Max(last.PaidUs, last.StartUs - 1));
        var slot = first > after ? first : first + ((after - first) / Instant.PerDayUs + 1) * Instant.PerDayUs;
        return slot < last.EndUs ? slot : null;
    }

    /// <summary>Whether an instant is a slot of the last lot, given the package's current state.</summary>
    public static bool IsSlot(BillingZone zone, Package package, Lot last, long us) => Next(zone, package, last, us - 1) == us;

    /// <summary>03:00:00 on the expiry date. If automatic renewal is turned on at or after this instant, one attempt is made at once (8.4).</summary>
    public static long LastSlotUs(BillingZone zone, Lot last) => zone.MidnightUs(ExpiryDate(zone, last)) + AtUs;

    private static DateOnly ExpiryDate(BillingZone zone, Lot lot) => zone.DateOf(lot.EndUs - 1);
}
