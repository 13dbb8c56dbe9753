using Settlement.Domain.Accounts;
using Settlement.Domain.Notices;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;
using Settlement.Storage.Plans;

namespace Settlement.Engine.Parking;

/// <summary>Parks accounts and releases them again (2.5), each in its own transaction and with its notice. See docs/parking.md.</summary>
public sealed class AccountParking(SettlementStore store)
{
    /// <summary>Longest reason, in characters; a longer one is cut.</summary>
    public const int MaxReason = 1000;

    private readonly PlanWriter writer = new(store);

    /// <summary>Called once for each account that was parked, after the commit.</summary>
    public Action<ParkedAccount>? Parked { get; set; }

    /// <param name="settledSlot">The last slot that its closings took; null: the last closed one.</param>
    /// <param name="with">What else is written: the command that waits with the account.</param>
    internal void Park(long accountNo, string step, long dueUs, StepFaultException fault, long nowUs, WorkClaim? claim,
        SettleSlot? settledSlot = null, Action<Session>? with = null)
    {
        var added = false;
        Tell(claim, tells => session =>
        {
            var isNew = session.Execute("parked/add", new
            {
                AccountNo = accountNo, DueUs = dueUs, StepName = step, Reason = Reason(fault), SettledSlot = settledSlot
                    ?? StoreState.Of(session).ClosedSlot, SinceUs = nowUs,
            }) == 1;
            with?.Invoke(session);
            added |= isNew;
            if (isNew && tells)
                WriteParked(session, accountNo, step, fault, new StepTime(dueUs, nowUs));
        });
        if (added)
            Parked?.Invoke(store.Read(session => ParkedAccounts.Find(session, accountNo))!);
    }

    /// <summary>
    /// A retry ended at a fault. If it is the same fault, the retry is only counted; if it is another one, the account is parked anew.
    /// </summary>
    internal void Again(ParkedAccount parked, string step, long dueUs, StepFaultException fault, long nowUs, WorkClaim? claim)
    {
        if (parked.StepName == step && parked.DueUs == dueUs && parked.Reason == Reason(fault))
        {
            store.Write(session => session.Execute("parked/same", new { parked.AccountNo, parked.Tries, NowUs = nowUs }), claim);
            return;
        }

        Tell(claim, tells => session =>
        {
            var isNew = session.Execute("parked/again", new
            {
                parked.AccountNo, DueUs = dueUs, StepName = step, Reason = Reason(fault), SinceUs = nowUs, OldDueUs = parked.DueUs,
                OldStep = parked.StepName, OldReason = parked.Reason,
            }) == 1;
            if (isNew && tells)
                WriteParked(session, parked.AccountNo, step, fault, new StepTime(dueUs, nowUs));
        });
        Parked?.Invoke(store.Read(session => ParkedAccounts.Find(session, parked.AccountNo))!);
    }

    /// <summary>Everything that had fallen due is done. What was put aside and is still to come goes back to where the time line finds it.</summary>
    internal void Resume(long accountNo, long nowUs, WorkClaim? claim) => store.Write(
        session =>
        {
            if (session.Execute("parked/remove", new { AccountNo = accountNo }) != 1)
                return;
            var args = new { AccountNo = accountNo };
            session.Execute("parked/return-commands", args);
            session.Execute("parked/forget-commands", args);
            session.Execute("parked/return-steps", args);
            session.Execute("parked/forget-steps", args);
            var plan = PlanOf(session, accountNo, new StepTime(nowUs, nowUs));
            plan.Tell(Notice.Of(NoticeName.AccountResumed, CauseOf(plan.Before), nowUs, null));
            writer.Write(session, [plan]);
        },
        claim);

    /// <summary>
    /// Does the work together with its notice. If the account is so broken that not even the notice can be written, does the work without it, because
    /// all other accounts must go on.
    /// </summary>
    private void Tell(WorkClaim? claim, Func<bool, Action<Session>> work)
    {
        if (StepFault.Of(() => store.Write(work(true), claim)) is not null)
            store.Write(work(false), claim);
    }

    private void WriteParked(Session session, long accountNo, string step, StepFaultException fault, StepTime time)
    {
        var plan = PlanOf(session, accountNo, time);
        plan.Tell(Notice.Of(
            NoticeName.AccountParked, CauseOf(plan.Before), time.DueUs, null, ("step", step), ("due", plan.Zone.Show(time.DueUs)),
            ("reason", Reason(fault))));
        StepFault.Within(session, store.Engine, () =>
        {
            writer.Write(session, [plan]);
            return true;
        });
    }

    private Plan PlanOf(Session session, long accountNo, StepTime time) =>
        new(AccountReader.Get(session, accountNo), store.Terms.Read(session, StoreState.Of(session)), time);

    /// <summary>An account may be parked at the same step again and again, but its version differs each time.</summary>
    private static string CauseOf(Account account) => Cause.Of("parking", account.AccountNo, account.Version + 1);

    private static string Reason(StepFaultException fault) => fault.Message.Length <= MaxReason ? fault.Message : fault.Message[..MaxReason];
}
