
using Settlement.Domain.Settling;
using Settlement.Engine.Parking;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;

namespace Settlement.Engine.Closings;

// Each account of a closing is decided for itself, and one that can't be settled is parked (2.5).
public sealed partial class ClosingStore
{
    /// <summary>
    /// Writes a batch in the order of its accounts. Who is parked is so before anyone behind is settled: a worker that goes on after a crash begins behind the last
    /// account that is settled.
    /// </summary>
    private List<Plan> WriteOrPark(ClosingRun run, IReadOnlyList<AccountUsage> batch, Decided? ahead, Func<long> nowUs, WorkClaim? claim)
    {
        var plans = new List<Plan>(batch.Count);
        foreach (var some in Segments(batch, ahead))
        {
            Divided.Do(
                some,
                (together, tries) => plans.AddRange(Write(run, together, ReferenceEquals(together, batch) ? ahead : ahead?.Of(together), nowUs, claim, tries)),
                (one, fault) => parking.Park(one.AccountNo, ParkedStep.Closing, run.DueUs, fault, nowUs(), claim, run.AfterSlot));
        }

        return plans;
    }

    /// <summary>Each account whose decision failed ahead is by itself; between them the others stay together.</summary>
    private static IEnumerable<IReadOnlyList<AccountUsage>> Segments(IReadOnlyList<AccountUsage> batch, Decided? ahead)
    {
        if (ahead is null or { Faults.Count: 0 })
            return [batch];
        var segments = new List<List<AccountUsage>>();
        var lastIsAlone = true;
        foreach (var account in batch)
        {
            var alone = ahead.Faults.ContainsKey(account.AccountNo);
            if (alone || lastIsAlone)
                segments.Add([]);
            segments[^1].Add(account);
            lastIsAlone = alone;
        }

        return segments;
    }

    /// <summary>The next run behind a slot that is done and has usage of an account that it did not settle; null: there is none.</summary>
    internal MissedRun? NextMissed(long accountNo, long afterSlot)
    {
        while (store.Read(session => session.One<RunRow>("parked/next-run", new { AfterSlot = afterSlot })?.ToRun()) is { } run)
        {
            using var groups = new GroupedUsage(store.Engine, run, new RunPart { ToSlot = run.ToSlot, FirstAccount = accountNo, LastAccount = accountNo });
            if (Batches(groups.Read()).FirstOrDefault() is { } usage)
                return new MissedRun(run, usage);
            afterSlot = run.ToSlot;
        }

        return null;
    }

    /// <summary>Settles the one account in a run that passed it over.</summary>
    internal void Settle(MissedRun missed, Func<long> nowUs, WorkClaim? claim) => Write(missed.Run, missed.Usage, null, nowUs, claim);

    internal sealed record MissedRun(ClosingRun Run, IReadOnlyList<AccountUsage> Usage);

    /// <summary>The plans of a batch, made from the state of its accounts at one moment, and what the decisions threw that can't be made.</summary>
    private sealed record Decided(Terms Terms, long NowUs, List<Plan> Plans, Dictionary<long, Exception> Faults)
    {
        public static Decided From(Terms terms, long nowUs, List<SettlementInput> inputs)
        {
            var decided = new Decided(terms, nowUs, new List<Plan>(inputs.Count), []);
            foreach (var input in inputs)
            {
                try
                {
                    decided.Plans.Add(Settler.Settle(input));
                }
                catch (Exception e) when (ContentFault.MayBe(e))
                {
                    decided.Faults.Add(input.Account.AccountNo, e);
                }
            }

            return decided;
        }

        /// <exception cref="StepFaultException">Some account can't be settled.</exception>
        public void Check()
        {
            if (Faults.Count > 0)
                throw new StepFaultException(Faults.Values.First());
        }

        /// <summary>What was decided ahead of some of the accounts; null where one of them can't be settled or stands alone, which is decided as it is written.</summary>
        public Decided? Of(IReadOnlyList<AccountUsage> some)
        {
            var wanted = some.Select(a => a.AccountNo).ToHashSet();
            return some.Count == 1 || Faults.Keys.Any(wanted.Contains) ? null : this with { Plans = Plans.FindAll(p => wanted.Contains(p.Before.AccountNo)), Faults = [] };
        }
    }
}
