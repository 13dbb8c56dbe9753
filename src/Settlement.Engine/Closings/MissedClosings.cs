using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Engine.Parking;
using Settlement.Storage;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Closings;

/// <summary>The runs that skipped a parked account. They are settled one by one when the account is retried (2.5).</summary>
public sealed class MissedClosings(SettlementStore store, AccountParking parking)
{
    private readonly ClosingRange range = new(store, parking);

    /// <summary>The next finished run after a slot that has usage of an account but did not settle it; null: there is none.</summary>
    internal MissedRun? NextMissed(long accountNo, SettleSlot afterSlot)
    {
        while (store.Read(session => session.One<RunRow>("parked/next-run", new { AfterSlot = afterSlot })?.ToRun()) is { } run)
        {
            if (range.UsageOf(accountNo, run) is { } usage)
                return new MissedRun(run, usage);
            afterSlot = run.ToSlot;
        }

        return null;
    }

    /// <summary>Settles the account in a run that skipped it.</summary>
    internal void Settle(MissedRun missed, Func<long> nowUs, WorkClaim? claim) => range.SettleParked(missed.Usage, nowUs, claim);
}

/// <summary>A run that skipped a parked account, and what the account used in it.</summary>
internal sealed record MissedRun(ClosingRun Run, AccountUsage Usage);
