using Settlement.Domain.Accounts;
using Settlement.Domain.Commands;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Storage.Engines;

namespace Settlement.Storage.Accounts;

/// <summary>Loads accounts and what belongs to them, in the form that decisions need.</summary>
public static class AccountReader
{
    /// <summary>The store's own account, for its version and its notices.</summary>
    public const long StoreAccountNo = 0;

    public static Account? Find(Session session, string accountId) =>
        session.One<AccountRow>("account/by-id", new { AccountId = accountId })?.ToAccount();

    public static Account Get(Session session, long accountNo) =>
        session.One<AccountRow>("account/one-by-no", new { AccountNo = accountNo })!.ToAccount();

    public static Dictionary<long, Account> Get(Session session, IReadOnlyCollection<long> accountNos) =>
        session.Rows<AccountRow>("account/by-no", new { AccountNos = accountNos }).ToDictionary(r => r.AccountNo, r => r.ToAccount());

    public static List<Account> All(Session session) => session.Rows<AccountRow>("account/all").ConvertAll(r => r.ToAccount());

    public static Scope? FindScope(Session session, long accountNo, string api, string region) =>
        session.One<ScopeRow>("account/scope", new { AccountNo = accountNo, Api = api, Region = region })?.ToScope();

    public static Scope GetScope(Session session, long scopeNo) => session.One<ScopeRow>("account/one-scope", new { ScopeNo = scopeNo })!.ToScope();

    public static List<Scope> GetScopes(Session session, Words words, IReadOnlyCollection<long> scopeNos) =>
        session.Rows<NumberedScopeRow>("account/scopes", new { ScopeNos = scopeNos }).ConvertAll(r => r.ToScope(session, words));

    public static List<Scope> ScopesOf(Session session, long accountNo) =>
        session.Rows<ScopeRow>("account/scopes-of-account", new { AccountNo = accountNo }).ConvertAll(r => r.ToScope());

    public static List<Domain.Time.Period> Subscriptions(Session session, long scopeNo) =>
        session.Rows<PeriodRow>("account/subscriptions-of-scope", new { ScopeNo = scopeNo }).ConvertAll(r => r.ToPeriod());

    /// <summary>The scopes of each account that are subscribed at an instant, ordered by api and region.</summary>
    public static ILookup<long, Domain.Lifecycle.SubscribedScope> SubscribedAt(Session session, IReadOnlyCollection<long> accountNos, long atUs) =>
        session.Rows<SubscribedRow>("account/subscribed-at", new { AccountNos = accountNos, AtUs = atUs })
            .ToLookup(r => r.AccountNo, r => new Domain.Lifecycle.SubscribedScope(r.ScopeNo, r.Api, r.Region, r.StartUs));

    public static Package? FindPackage(Session session, string packageId) =>
        session.One<PackageRow>("package/by-id", new { PackageId = packageId })?.ToPackage();

    public static Package GetPackage(Session session, long packageNo) =>
        session.One<PackageRow>("package/by-no", new { PackageNo = packageNo })!.ToPackage();

    public static Dictionary<long, Package> GetPackages(Session session, IReadOnlyCollection<long> packageNos) =>
        session.Rows<PackageRow>("package/by-nos", new { PackageNos = packageNos }).ToDictionary(r => r.PackageNo, r => r.ToPackage());

    public static Lot? Lot(Session session, long packageNo, long lotNo) =>
        session.One<LotRow>("package/lot", new { PackageNo = packageNo, LotNo = lotNo })?.ToLot();

    /// <summary>The lot with this number, for each package that has one.</summary>
    public static List<Lot> Lots(Session session, IReadOnlyCollection<long> packageNos, long lotNo) =>
        session.Rows<LotRow>("package/lots", new { PackageNos = packageNos, LotNo = lotNo }).ConvertAll(r => r.ToLot());

    public static Lot? LastLot(Session session, long packageNo) => session.One<LotRow>("package/last-lot", new { PackageNo = packageNo })?.ToLot();

    /// <summary>The last lot of each package.</summary>
    public static Dictionary<long, Lot> LastLots(Session session, IReadOnlyCollection<long> packageNos) =>
        session.Rows<LotRow>("package/last-lots", new { PackageNos = packageNos }).ToDictionary(r => r.PackageNo, r => r.ToLot());

    /// <summary>Whether an attempt at automatic renewal was made at an instant.</summary>
    public static bool Attempted(Session session, long packageNo, long lotNo, long slotUs) =>
        session.One<long>("package/attempted", new { PackageNo = packageNo, LotNo = lotNo, SlotUs = slotUs }) > 0;

    /// <summary>The packages, out of these, for whose last lot an attempt at automatic renewal was made at an instant.</summary>
    public static HashSet<long> LastAttempted(Session session, IReadOnlyCollection<long> packageNos, long slotUs) =>
        session.Rows<long>("package/last-attempted", new { PackageNos = packageNos, SlotUs = slotUs }).ToHashSet();

    public static List<Lot> AllLots(Session session) => session.Rows<LotRow>("package/all").ConvertAll(r => r.ToLot());

    public static List<Lot> LotsOf(Session session, long accountNo) =>
        session.Rows<LotRow>("package/of-account", new { AccountNo = accountNo }).ConvertAll(r => r.ToLot());

    /// <summary>The scopes, out of these, that have a lot that is live at an instant and has calls left.</summary>
    public static HashSet<long> LiveScopes(Session session, IReadOnlyCollection<long> scopeNos, long atUs) =>
        session.Rows<long>("package/live-scopes", new { ScopeNos = scopeNos, AtUs = atUs }).ToHashSet();

    /// <summary>
    /// Unused numbers for whatever the command may create. What already exists needs none. Accounts and packages are numbered without gaps, so only
    /// one worker creates them at a time; a second writer that takes the same number finds the key taken.
    /// </summary>
    public static FreeNumbers Free(Session session, IEngine engine, string commandType, Account? account, Scope? scope, Package? package) => new(
        account is null ? session.One<long?>("account/last").GetValueOrDefault() + 1 : 0,
        scope is null && account is not null && CommandType.MayMakeScope(commandType) ? engine.NewScopeNo(session) : 0,
        package is null ? session.One<long?>("package/last").GetValueOrDefault() + 1 : 0);

    private sealed class SubscribedRow
    {
        public long AccountNo { get; init; }

        public long ScopeNo { get; init; }

        public string Api { get; init; } = "";

        public string Region { get; init; } = "";

        public long StartUs { get; init; }
    }
}
