using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Engine.Closings;
using Settlement.Engine.Commands;
using Settlement.Engine.Lifecycle;
using Settlement.Engine.Parking;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;

namespace Settlement.Engine;

/// <summary>
/// Retries a parked account (2.5). Does what has fallen due for it, in the order of 2.4, each step in its own transaction, as if only this account
/// had had an outage. The caller must hold the time line's claim, and no run may be under way.
/// </summary>
public sealed class ParkedRetry(SettlementStore store, AccountParking parking, MissedClosings closings, CommandInbox commands, AgendaSteps lifecycle)
{
    /// <param name="untilUs">How far the time line has come. What is due later, the time line does itself.</param>
    /// <returns>Null: the account is not parked.</returns>
    public RetryOutcome? Retry(long accountNo, long untilUs, Func<long> nowUs, WorkClaim? claim)
    {
        if (store.Read(session => ParkedAccounts.Find(session, accountNo)) is not { } parked)
            return null;
        var steps = 0L;
        // The time line counts as having reached the last finished run and everything it has put aside, even if something earlier is still due: a
        // command that arrived late, or steps of this account that were planned by a retry which stopped halfway.
        untilUs = Math.Max(untilUs, store.Read(session => session.One<long?>("parked/reached", new { AccountNo = accountNo })) ?? untilUs);
        var missed = closings.NextMissed(accountNo, parked.SettledSlot);
        while (Next(accountNo, untilUs, missed, nowUs, claim) is { } next)
        {
            if (StepFault.Of(next.Do) is { } fault)
            {
                parking.Again(parked, next.Name, next.DueUs, fault, nowUs(), claim);
                return new RetryOutcome(parked, steps, store.Read(session => ParkedAccounts.Find(session, accountNo)));
            }

            steps++;
            if (next.Name == ParkedStep.Closing)
                missed = closings.NextMissed(accountNo, missed!.Run.ToSlot);
        }

        parking.Resume(accountNo, nowUs(), claim);
        return new RetryOutcome(parked, steps, null);
    }

    /// <summary>
    /// The next step among those due at the earliest instant: commands first, then the closing, then lots, attempts and arrears (2.4).
    /// </summary>
    private Step? Next(long accountNo, long untilUs, MissedRun? missed, Func<long> nowUs, WorkClaim? claim)
    {
        var (command, row) = store.Read(session => (CommandInbox.NextOf(session, accountNo), AgendaSteps.NextOf(session, accountNo, untilUs)));
        var closedHour = missed?.Run.AfterHour ?? new BillingHour(long.MaxValue);
        // Commands of the same instant that follow a run-job come after its closing.
        var waits = command is not null && missed is not null && command.AtUs == missed.Run.DueUs
            && store.Read(session => session.One<long?>("parked/run-job", new { missed.Run.DueUs })) < command.CommandNo;
        Step?[] steps =
        [
            command is null || waits ? null
                : new Step(ParkedStep.Command, command.AtUs, () => commands.ApplyParked(accountNo, command, nowUs(), claim)),
            missed is null ? null : new Step(ParkedStep.Closing, missed.Run.DueUs, () => closings.Settle(missed, nowUs, claim)),
            row is null ? null : new Step(ParkedStep.Of((AgendaKind)row.Kind), row.DueUs, () => lifecycle.StepParked(row, closedHour, nowUs, claim)),
        ];
        return steps.OfType<Step>().MinBy(s => s.DueUs);
    }

    private sealed record Step(string Name, long DueUs, Action Do);
}

/// <summary>The result of a retry.</summary>
/// <param name="Before">How the account was parked.</param>
/// <param name="Steps">What was done.</param>
/// <param name="Still">How it is parked now; null: it continues with the others.</param>
public sealed record RetryOutcome(ParkedAccount Before, long Steps, ParkedAccount? Still);
