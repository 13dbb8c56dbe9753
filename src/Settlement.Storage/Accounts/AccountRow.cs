using Settlement.Domain.Accounts;
using Settlement.Domain.Packages;
using Settlement.Domain.Time;

namespace Settlement.Storage.Accounts;

/// <summary>Rows as both engines return them — whole numbers are <c>long</c> — and their conversion to the domain.</summary>
internal sealed class AccountRow
{
    public long AccountNo { get; init; }

    public string AccountId { get; init; } = "";

    public string? Name { get; init; }

    public string Level { get; init; } = "";

    public long OpenedUs { get; init; }

    public long Version { get; init; }

    public long BalanceE8 { get; init; }

    public long RemainderE8 { get; init; }

    public long State { get; init; }

    public long ArrearsSinceUs { get; init; }

    public long? BalanceBelowE8 { get; init; }

    public long BalanceLowTold { get; init; }

    public long? LowPackagePercent { get; init; }

    public long EntryCount { get; init; }

    public long NoticeCount { get; init; }

    public Account ToAccount() => new()
    {
        AccountNo = AccountNo,
        AccountId = AccountId,
        Name = Name,
        Level = Level,
        OpenedUs = OpenedUs,
        Version = Version,
        BalanceE8 = BalanceE8,
        RemainderE8 = RemainderE8,
        State = (AccountState)State,
        ArrearsSinceUs = ArrearsSinceUs,
        BalanceBelowE8 = BalanceBelowE8,
        BalanceLowTold = BalanceLowTold != 0,
        LowPackagePercent = LowPackagePercent,
        EntryCount = EntryCount,
        NoticeCount = NoticeCount,
    };
}

internal sealed class ScopeRow
{
    public long ScopeNo { get; init; }

    public long AccountNo { get; init; }

    public string Api { get; init; } = "";

    public string Region { get; init; } = "";

    public string? ResourceName { get; init; }

    public long OnPackages { get; init; }

    public long PackageLowTold { get; init; }

    public Scope ToScope() => new()
    {
        ScopeNo = ScopeNo,
        AccountNo = AccountNo,
        Api = Api,
        Region = Region,
        ResourceName = ResourceName,
        OnPackages = OnPackages != 0,
        PackageLowTold = PackageLowTold != 0,
    };
}

/// <summary>
/// A scope with the numbers of its words. The words themselves are remembered: joining the dictionary took more time than reading the scope.
/// </summary>
internal sealed class NumberedScopeRow
{
    public long ScopeNo { get; init; }

    public long AccountNo { get; init; }

    public long ApiNo { get; init; }

    public long RegionNo { get; init; }

    public string? ResourceName { get; init; }

    public long OnPackages { get; init; }

    public long PackageLowTold { get; init; }

    public Scope ToScope(Session session, Words words) => new()
    {
        ScopeNo = ScopeNo,
        AccountNo = AccountNo,
        Api = words.TextOf(session, WordKind.Api, ApiNo)!,
        Region = words.TextOf(session, WordKind.Region, RegionNo)!,
        ResourceName = ResourceName,
        OnPackages = OnPackages != 0,
        PackageLowTold = PackageLowTold != 0,
    };
}

internal sealed class PackageRow
{
    public long PackageNo { get; init; }

    public string PackageId { get; init; } = "";

    public long AccountNo { get; init; }

    public long ScopeNo { get; init; }

    public string? Project { get; init; }

    public string Offer { get; init; } = "";

    public string Term { get; init; } = "";

    public long FirstStartUs { get; init; }

    public long AutoRenew { get; init; }

    public long AutoRenewSinceUs { get; init; }

    public long DaysBefore { get; init; }

    public Package ToPackage() => new()
    {
        PackageNo = PackageNo,
        PackageId = PackageId,
        AccountNo = AccountNo,
        ScopeNo = ScopeNo,
        Project = Project,
        Offer = Offer,
        Term = Domain.Time.Term.TryParse(Term, out var term) ? term
            : throw new InvalidOperationException($"Package {PackageId} has the term '{Term}'."),
        FirstStartUs = FirstStartUs,
        AutoRenew = AutoRenew != 0,
        AutoRenewSinceUs = AutoRenewSinceUs,
        DaysBefore = DaysBefore,
    };
}

internal sealed class LotRow
{
    public long PackageNo { get; init; }

    public string PackageId { get; init; } = "";

    public long LotNo { get; init; }

    public long ScopeNo { get; init; }

    public string? Project { get; init; }

    public long Origin { get; init; }

    public long StartUs { get; init; }

    public long EndUs { get; init; }

    public long PaidUs { get; init; }

    public long Calls { get; init; }

    public long LeftCalls { get; init; }

    public long PriceE8 { get; init; }

    public Lot ToLot() => new()
    {
        PackageNo = PackageNo,
        PackageId = PackageId,
        LotNo = LotNo,
        ScopeNo = ScopeNo,
        Project = Project,
        Origin = (LotOrigin)Origin,
        StartUs = StartUs,
        EndUs = EndUs,
        PaidUs = PaidUs,
        Calls = Calls,
        Left = LeftCalls,
        PriceE8 = PriceE8,
    };
}

internal sealed class PeriodRow
{
    public long ScopeNo { get; init; }

    public long StartUs { get; init; }

    public long EndUs { get; init; }

    public Period ToPeriod() => new(StartUs, EndUs);
}
