using Settlement.Domain.Notices;
using Settlement.Domain.Plans;

namespace Settlement.Domain.Lifecycle;

/// <summary>What follows when a balance has moved: the customer's threshold (10, <c>balance-low</c>) and arrears (9).</summary>
public static class BalanceWatch
{
    public static void AfterMovement(Plan plan, string cause)
    {
        var low = plan.After.BalanceBelowE8 is { } threshold && plan.After.BalanceE8 <= threshold;
        if (low && !plan.After.BalanceLowTold)
        {
            plan.Tell(Notice.Of(
                NoticeName.BalanceLow,
                cause,
                plan.Time.DueUs,
                null,
                ("balance", plan.ShowAmount(plan.After.BalanceE8)),
                ("threshold", plan.ShowAmount(plan.After.BalanceBelowE8!.Value))));
        }

        plan.After = plan.After with { BalanceLowTold = low };
        Arrears.AfterMovement(plan, cause);
    }
}
