using Settlement.Domain.Time;

namespace Settlement.Domain.Ledger;

/// <summary>The billing cycle of a row (6.3).</summary>
public static class Cycle
{
    /// <summary>Usage deducted in the month of use, or up to 23:59:59 of the 1st of the next: the month of use; later: that of the deduction.</summary>
    public static int OfUsage(BillingZone zone, long hour, long transactionUs)
    {
        var used = zone.MonthOf(BillingHour.StartUs(hour));
        var deducted = zone.DateOf(transactionUs);
        var month = deducted.Year * 12 + deducted.Month - 1;
        return month == used || (month == used + 1 && deducted.Day == 1) ? used : month;
    }

    public static int OfPayment(BillingZone zone, long transactionUs) => zone.MonthOf(transactionUs);
}
