using Settlement.Domain.Accounts;
using Settlement.Domain.Notices;
using Settlement.Domain.Plans;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;

namespace Settlement.Domain.Lifecycle;

/// <summary>
/// The states of an account and the only moves between them (9): normal → grace → frozen → released as days of 24 h pass, and back to normal when
/// money brings the balance to zero or more. No other move is possible.
/// </summary>
public static class Arrears
{
    /// <summary>Called after any movement of the balance: arrears begin below zero and end at zero or more.</summary>
    public static void AfterMovement(Plan plan, string cause)
    {
        if (plan.After.BalanceE8 < 0 && plan.After.State == AccountState.Normal)
            Start(plan, cause);
        else if (plan.After.BalanceE8 >= 0 && plan.After.State != AccountState.Normal)
            Clear(plan, cause);
    }

    /// <summary>A step that fell due. It applies only to the arrears it was planned for.</summary>
    public static void Step(Plan plan, AgendaEntry entry, IReadOnlyList<SubscribedScope> subscribed)
    {
        if (plan.After.ArrearsSinceUs != entry.SortUs)
            return;
        if (entry.Kind == AgendaKind.ArrearsFreeze && plan.After.State == AccountState.Grace)
            Freeze(plan, subscribed);
        else if (entry.Kind == AgendaKind.ArrearsRelease && plan.After.State == AccountState.Frozen)
            Release(plan, subscribed);
    }

    private static ArrearsDays Days(Plan plan) => plan.Terms.Settings.DaysOf(plan.After.Level).PayPerUse;

    private static void Start(Plan plan, string cause)
    {
        var since = plan.Time.DueUs;
        plan.After = States.Move(plan.After, AccountState.Grace, since);
        plan.Tell(Notice.Of(
            NoticeName.ArrearsStarted,
            cause,
            since,
            null,
            ("balance", plan.ShowAmount(plan.After.BalanceE8)),
            ("graceUntil", plan.Zone.Show(since + Days(plan).GraceDays * Instant.PerDayUs))));
        Plan(plan, AgendaKind.ArrearsFreeze, Days(plan).GraceDays);
    }

    private static void Freeze(Plan plan, IReadOnlyList<SubscribedScope> subscribed)
    {
        plan.After = States.Move(plan.After, AccountState.Frozen, plan.After.ArrearsSinceUs);
        foreach (var scope in subscribed)
            Tell(plan, NoticeName.ScopeFrozen, scope);
        Plan(plan, AgendaKind.ArrearsRelease, Days(plan).GraceDays + Days(plan).RetentionDays);
    }

    private static void Release(Plan plan, IReadOnlyList<SubscribedScope> subscribed)
    {
        plan.After = States.Move(plan.After, AccountState.Released, plan.After.ArrearsSinceUs);
        foreach (var scope in subscribed)
        {
            plan.SubscriptionEnds.Add(new SubscriptionChange(scope.ScopeNo, scope.StartUs, plan.Time.DueUs));
            Tell(plan, NoticeName.ScopeReleased, scope);
        }
    }

    private static void Clear(Plan plan, string cause)
    {
        plan.Tell(Notice.Of(
            NoticeName.ArrearsCleared,
            cause,
            plan.Time.DueUs,
            null,
            ("balance", plan.ShowAmount(plan.After.BalanceE8)),
            ("was", plan.After.State.ToString().ToLowerInvariant())));
        plan.After = States.Move(plan.After, AccountState.Normal, 0);
    }

    private static void Plan(Plan plan, AgendaKind kind, long days) => plan.Agenda.Add(new AgendaEntry(
        plan.After.ArrearsSinceUs + days * Instant.PerDayUs, kind, plan.Before.AccountNo, 0, 0, plan.After.ArrearsSinceUs));

    /// <summary>
    /// Arrears may begin, end and begin again at the same instant. The number of ledger entries so far tells them apart, because money moved in
    /// between.
    /// </summary>
    private static void Tell(Plan plan, string name, SubscribedScope scope) => plan.Tell(Notice.Of(
        name,
        Cause.Of("arrears", plan.Before.AccountId, plan.After.ArrearsSinceUs, plan.Before.EntryCount, scope.Api, scope.Region),
        plan.Time.DueUs,
        null,
        ("api", scope.Api),
        ("region", scope.Region)));
}

/// <summary>A scope whose subscription is open at the instant of a step.</summary>
public sealed record SubscribedScope(long ScopeNo, string Api, string Region, long StartUs);
