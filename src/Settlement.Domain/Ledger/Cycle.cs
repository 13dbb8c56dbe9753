using Settlement.Domain.Time;

namespace Settlement.Domain.Ledger;

/// <summary>The billing cycle of a row (6.3).</summary>
public static class Cycle
{
    /// <summary>
    /// For usage deducted in the month of use, or by 23:59:59 on the 1st of the next month: the month of use. If deducted later: the month of the
    /// deduction.
    /// </summary>
    public static BillingMonth OfUsage(BillingZone zone, BillingHour hour, long transactionUs)
    {
        var used = zone.MonthOf(hour.StartUs);
        var deducted = zone.DateOf(transactionUs);
        var month = BillingMonth.Of(deducted);
        return month == used || (month == used.Next && deducted.Day == 1) ? used : month;
    }

    public static BillingMonth OfPayment(BillingZone zone, long transactionUs) => zone.MonthOf(transactionUs);
}
