namespace Settlement.Domain.Ledger;

/// <summary>
/// The books of the ledger (11). Balance and remainder belong to the customer; the others are the counterparts they are posted against.
/// </summary>
public enum Book
{
    Balance,
    Remainder,
    TopUps,
    Adjustments,
    PackageSales,
    UsageRevenue,
    WriteOffs,
}

/// <summary>
/// One leg of a posting. The legs of a posting sum to zero. <see cref="AfterE8"/> is the customer's balance or remainder afterwards (0 in the other
/// books). A remainder is owed but not yet deducted, so it is negative here.
/// </summary>
/// <param name="EntryNo">1, 2, 3 … per account.</param>
/// <param name="Cause">What caused the posting: a command id, a bill row, a renewal.</param>
public sealed record Entry(long EntryNo, Book Book, long AmountE8, long AfterE8, string Cause);
