using Settlement.Domain.Accounts;
using Settlement.Domain.Time;

namespace Settlement.Domain.Plans;

/// <summary>Pay-per-use subscriptions of a scope are half-open periods that never overlap (5.5).</summary>
public static class Subscriptions
{
    /// <summary>
    /// Subscribes from the due instant on, up to the next period if one was opened later. Does nothing if the scope is already subscribed then.
    /// </summary>
    public static void Open(Plan plan, Scope scope, IReadOnlyList<Period> periods)
    {
        var from = plan.Time.DueUs;
        if (periods.Any(p => p.Contains(from)))
            return;
        var next = periods.Where(p => p.StartUs > from).Select(p => p.StartUs).DefaultIfEmpty(Instant.NeverUs).Min();
        plan.SubscriptionStarts.Add(new SubscriptionChange(scope.ScopeNo, from, next));
    }

    public static void Rename(Plan plan, Scope scope, string name)
    {
        var renamed = scope with { ResourceName = name };
        if (plan.NewScopes.Remove(scope))
            plan.NewScopes.Add(renamed);
        else
            plan.ChangedScopes.Add(renamed);
    }
}
