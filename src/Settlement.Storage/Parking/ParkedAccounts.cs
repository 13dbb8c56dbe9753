namespace Settlement.Storage.Parking;

/// <summary>Which accounts are parked: for verbs, for health, and for the time line, which skips them.</summary>
public static class ParkedAccounts
{
    public static bool Any(Session session) => session.One<long?>("parked/first") is not null;

    public static ParkedAccount? Find(Session session, long accountNo) => session.One<ParkedAccount>("parked/one", new { AccountNo = accountNo });

    /// <summary>Ordered by id.</summary>
    public static List<ParkedAccount> All(Session session) => session.Rows<ParkedAccount>("parked/all");

    /// <summary>How many accounts are parked, and since when the oldest has been.</summary>
    public static ParkedCount Count(Session session) => session.One<ParkedCount>("parked/count")!;

    /// <summary>Those of these accounts that are parked. Costs next to nothing while none are.</summary>
    public static HashSet<long> Of(Session session, IReadOnlyCollection<long> accountNos) =>
        Any(session) ? [.. session.Rows<long>("parked/of-accounts", new { AccountNos = accountNos })] : [];

    public static ParkedWaiting Waiting(Session session, long accountNo) =>
        session.One<ParkedWaiting>("parked/waiting", new { AccountNo = accountNo })!;

    /// <summary>The parked accounts in a range of numbers, both ends included.</summary>
    internal static HashSet<long> Between(Session session, long firstAccount, long lastAccount) =>
        [.. session.Rows<long>("parked/between", new { FirstAccount = firstAccount, LastAccount = lastAccount })];

    /// <summary>The parked account whose purchase of this package is waiting.</summary>
    internal static long? BuyerOf(Session session, string packageId) => session.One<long?>("parked/buyer", new { PackageId = packageId });
}

public sealed class ParkedCount
{
    public long Accounts { get; init; }

    /// <summary>Since when the longest-parked account has been parked; null: none is.</summary>
    public long? OldestUs { get; init; }
}
