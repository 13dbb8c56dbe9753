using Settlement.Domain.Plans;
using Settlement.Domain.Settling;
using Settlement.Engine.Parking;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;

namespace Settlement.Engine.Closings;

/// <summary>
/// Settles a range of accounts in the runs of a span, some hundreds of accounts per transaction. While these are written, the next ones are grouped,
/// loaded and decided. An account that can't be settled is parked (2.5); the others go on.
/// </summary>
internal sealed class ClosingRange(SettlementStore store, AccountParking parking)
{
    private const int AccountsPerTransaction = 200;
    private const int BatchesAhead = 1;

    private readonly AccountClosings accounts = new(store);

    /// <summary>Called after each commit.</summary>
    public delegate void Told(IReadOnlyList<SettledRun> settled);

    /// <summary>Settles whatever is not settled yet.</summary>
    /// <param name="runs">The runs of a span, in order.</param>
    /// <param name="firstAccount">The start of the range; both ends are included.</param>
    /// <param name="spanUntilUs">A step that a closing makes due by this instant must be done before the account's next run.</param>
    /// <param name="untilUs">
    /// How far an account may be settled before one of its steps must be done: runs due up to that instant; null: not at all.
    /// </param>
    /// <param name="nowUs">The transaction time of each batch, taken when the batch is decided.</param>
    /// <returns>Accounts for which a closing made a step due, each with the instant up to which it is settled. Later runs may be left over.</returns>
    public Dictionary<long, long> Settle(
        IReadOnlyList<ClosingRun> runs, long firstAccount, long lastAccount, long spanUntilUs, Func<long, long?> untilUs, Func<long> nowUs,
        Told? told, WorkClaim? claim)
    {
        var stopped = new Stopped();
        var parked = store.Read(session => ParkedAccounts.Between(session, firstAccount, lastAccount));
        using var groups = new GroupedUsage(store.Engine, runs, firstAccount, lastAccount);
        var usage = groups.Read().Where(a => !parked.Contains(a.AccountNo)).Select(a => Within(a, untilUs(a.AccountNo))).Where(a => a.Runs.Count > 0);
        using var batches = new ReadAhead<IReadOnlyList<AccountUsage>>(Batches(usage), BatchesAhead);
        using var decisions = new ReadAhead<(IReadOnlyList<AccountUsage>, DecidedClosings?)>(
            batches.Elements().Select(b => (b, accounts.DecideAhead(b, nowUs))), BatchesAhead);
        foreach (var (whole, ahead) in decisions.Elements())
        {
            // Later runs of an account that has stopped may already have been read and decided.
            IReadOnlyList<AccountUsage> batch = whole.Any(stopped.Has) ? [.. whole.Where(a => !stopped.Has(a))] : whole;
            var settled = CommitOrPark(batch, batch.Count == whole.Count ? ahead : ahead?.Of(batch), stopped, nowUs, claim);
            foreach (var account in settled.GroupBy(s => s.Plan.Before.AccountNo)
                .Where(g => g.Any(s => s.Plan.Agenda.Exists(a => a.DueUs <= spanUntilUs))))
                stopped.Left.TryAdd(account.Key, account.Last().Run.DueUs);
            told?.Invoke(settled);
        }

        return stopped.Left;
    }

    /// <summary>What an account used in one run, or null.</summary>
    public AccountUsage? UsageOf(long accountNo, ClosingRun run)
    {
        using var groups = new GroupedUsage(store.Engine, [run], accountNo, accountNo);
        return groups.Read().FirstOrDefault();
    }

    /// <summary>Settles one parked account in one run.</summary>
    public void SettleParked(AccountUsage usage, Func<long> nowUs, WorkClaim? claim) => accounts.Commit([usage], null, nowUs, claim);

    private static AccountUsage Within(AccountUsage usage, long? untilUs) =>
        untilUs == long.MaxValue ? usage : usage with { Runs = usage.Runs.FindAll(r => r.Run.DueUs <= untilUs) };

    private static IEnumerable<IReadOnlyList<AccountUsage>> Batches(IEnumerable<AccountUsage> usage)
    {
        var (batch, groups) = (new List<AccountUsage>(AccountsPerTransaction), 0);
        foreach (var account in usage)
        {
            var isFull = batch.Count == AccountsPerTransaction || groups + account.GroupCount > GroupedUsage.MostGroups;
            if (batch.Count > 0 && (isFull || batch[^1].AccountNo == account.AccountNo))
            {
                yield return batch;
                (batch, groups) = (new List<AccountUsage>(AccountsPerTransaction), 0);
            }

            batch.Add(account);
            groups += account.GroupCount;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    private List<SettledRun> CommitOrPark(
        IReadOnlyList<AccountUsage> batch, DecidedClosings? ahead, Stopped stopped, Func<long> nowUs, WorkClaim? claim)
    {
        var settled = new List<SettledRun>(batch.Count);
        foreach (var some in Segments(batch, ahead))
        {
            Divided.Do(
                some,
                (together, tries) =>
                    Keep(accounts.Commit(together, ReferenceEquals(together, batch) ? ahead : ahead?.Of(together), nowUs, claim, tries), settled,
                    stopped.Left),
                (one, _) => RunByRun(one, settled, stopped, nowUs, claim));
        }

        return settled;
    }

    /// <summary>For an account that can't be settled as a whole: settles each run separately, up to the run at which the account is parked.</summary>
    private void RunByRun(AccountUsage usage, List<SettledRun> settled, Stopped stopped, Func<long> nowUs, WorkClaim? claim)
    {
        var stepUs = long.MaxValue;
        foreach (var run in usage.Runs)
        {
            if (run.Run.DueUs > stepUs)
            {
                stopped.Left[usage.AccountNo] = run.Run.DueUs - 1;
                return;
            }

            var one = usage with { Runs = [run] };
            var done = new CommittedClosings([], []);
            if (StepFault.Of(() => done = accounts.Commit([one], null, nowUs, claim)) is { } fault)
            {
                parking.Park(usage.AccountNo, ParkedStep.Closing, run.Run.DueUs, fault, nowUs(), claim, run.Run.AfterSlot);
                stopped.Parked.Add(usage.AccountNo);
                return;
            }

            Keep(done, settled, stopped.Left);
            stepUs = done.Settled.SelectMany(d => d.Plan.Agenda).Select(a => a.DueUs).Append(stepUs).Min();
        }
    }

    private static void Keep(CommittedClosings done, List<SettledRun> settled, Dictionary<long, long> left)
    {
        settled.AddRange(done.Settled);
        foreach (var (accountNo, us) in done.Left)
            left[accountNo] = us;
    }

    /// <summary>An account whose decision failed ahead gets a segment of its own. The accounts in between stay together.</summary>
    private static IEnumerable<IReadOnlyList<AccountUsage>> Segments(IReadOnlyList<AccountUsage> batch, DecidedClosings? ahead)
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

    /// <summary>Accounts that are not settled further for now.</summary>
    private sealed class Stopped
    {
        /// <summary>Accounts for which a step must be done first, each with the instant up to which it is settled.</summary>
        public Dictionary<long, long> Left { get; } = [];

        public HashSet<long> Parked { get; } = [];

        public bool Has(AccountUsage usage) => Left.ContainsKey(usage.AccountNo) || Parked.Contains(usage.AccountNo);
    }
}
