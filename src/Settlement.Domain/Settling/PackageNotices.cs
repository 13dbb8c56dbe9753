using Settlement.Domain.Accounts;
using Settlement.Domain.Notices;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;

namespace Settlement.Domain.Settling;

/// <summary>What listeners are told about a scope's packages: used up and low, and that its calls are now paid another way (10).</summary>
public static class PackageNotices
{
    public static void AfterClosing(Plan plan, ScopeUsage usage, IReadOnlyList<DrawnLot> drawn, string cause)
    {
        if (drawn.Count == 0)
            return;
        foreach (var lot in drawn.Where(l => l.Left == 0))
            plan.Tell(Notice.Of(NoticeName.PackageUsedUp, Cause.OfLot("used-up", lot.Lot.PackageId, lot.Lot.LotNo), plan.Time.DueUs,
                lot.Lot.PackageId, ("lot", lot.Lot.LotNo)));

        var liveLeft = usage.LiveLeft - drawn.Where(l => l.Lot.Life.Contains(plan.Time.DueUs)).Sum(l => l.Drawn);
        var scope = usage.Scope;
        scope = TellLow(plan, scope, usage.LiveCalls, liveLeft, cause);
        // A lot that ends at this very instant with calls left is not used up. Its end comes after the closing (2.4) and reports the change.
        if (drawn.Any(l => l.Left == 0))
            scope = BillingMode.Change(plan, scope, liveLeft > 0, "used-up", plan.Time.DueUs, cause);
        if (scope != usage.Scope)
            plan.ChangedScopes.Add(scope);
    }

    private static Scope TellLow(Plan plan, Scope scope, long size, long left, string cause)
    {
        var percent = plan.After.LowPackagePercent ?? plan.Terms.Settings.LowPackagePercent;
        if (scope.PackageLowTold || size == 0 || (Int128)left * 100 > (Int128)size * percent)
            return scope;
        plan.Tell(Notice.Of(
            NoticeName.PackageLow,
            Cause.Of(cause, scope.Api, scope.Region),
            plan.Time.DueUs,
            null,
            ("api", scope.Api),
            ("region", scope.Region),
            ("left", left),
            ("size", size)));
        return scope with { PackageLowTold = true };
    }
}
