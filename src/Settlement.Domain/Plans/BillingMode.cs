using Settlement.Domain.Accounts;
using Settlement.Domain.Notices;

namespace Settlement.Domain.Plans;

/// <summary>How the calls of a scope are paid: by packages or per use (4.4).</summary>
public static class BillingMode
{
    /// <summary>Reports the change of mode, if there is one: to packages when a live lot has calls left, otherwise to pay-per-use (4.4).</summary>
    public static Scope Change(Plan plan, Scope scope, bool onPackages, string reason, long atUs, string cause)
    {
        if (scope.OnPackages == onPackages)
            return scope;
        var mode = onPackages ? "package" : "pay-per-use";
        plan.Tell(Notice.Of(
            NoticeName.BillingModeChanged,
            Cause.Of(cause, scope.Api, scope.Region, mode),
            atUs,
            null,
            ("api", scope.Api),
            ("region", scope.Region),
            ("mode", mode),
            ("reason", reason),
            ("instant", plan.Zone.Show(atUs))));
        return scope with { OnPackages = onPackages };
    }
}
