using Settlement.Domain.Settling;
using Settlement.Engine.Parking;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;

namespace Settlement.Engine.Closings;

/// <summary>
/// Settles a range of accounts in the runs of a span: some hundreds to a transaction, the next ones grouped, loaded and decided while these are written. An account that
/// can't be settled is parked (2.5), the others go on.
/// </summary>
internal sealed class ClosingRange(SettlementStore store, ParkingStore parking)
{
    private const int AccountsPerTransaction = 200;
    private const int ClosingsPerTransaction = 2400;
    private const int BatchesAhead = 1;

    private readonly AccountClosings accounts = new(store);

    /// <summary>Told after each commit.</summary>
    public delegate void Told(IReadOnlyList<SettledRun> settled);

    /// <summary>Settles what is not settled yet.</summary>
    /// <param name="runs">Of a span, in their order.</param>
    /// <param name="firstAccount">The range, both ends included.</param>
    /// <param name="untilUs">How far an account may be settled before a step of it has to be done: runs due up to that instant; null: not at all.</param>
    /// <param name="nowUs">The transaction time of each batch, taken as it is decided.</param>
    /// <returns>Accounts of which runs are left, because a step falls due before them; and up to which run they are settled.</returns>
    public Dictionary<long, long> Settle(
        IReadOnlyList<ClosingRun> runs, long firstAccount, long lastAccount, Func<long, long?> untilUs, Func<long> nowUs, Told? told, WorkClaim? claim)
    {
        var left = new Dictionary<long, long>();
        var parked = store.Read(session => ParkedAccounts.Between(session, firstAccount, lastAccount));
        using var groups = new GroupedUsage(store.Engine, runs, firstAccount, lastAccount);
        var usage = groups.Read().Where(a => !parked.Contains(a.AccountNo)).Select(a => Within(a, untilUs(a.AccountNo))).Where(a => a.Runs.Count > 0);
        using var batches = new ReadAhead<IReadOnlyList<AccountUsage>>(Batches(usage), BatchesAhead);
        using var decisions = new ReadAhead<(IReadOnlyList<AccountUsage>, DecidedClosings?)>(
            batches.Elements().Select(b => (b, accounts.DecideAhead(b, nowUs))), BatchesAhead);
        foreach (var (batch, ahead) in decisions.Elements())
        {
            var settled = CommitOrPark(batch, ahead, left, nowUs, claim);
            told?.Invoke(settled);
        }

        return left;
    }

    /// <summary>What an account used in one run, or null.</summary>
    public AccountUsage? UsageOf(long accountNo, ClosingRun run)
    {
        using var groups = new GroupedUsage(store.Engine, [run], accountNo, accountNo);
        return groups.Read().FirstOrDefault();
    }

    /// <summary>Settles one account, which is parked, in one run.</summary>
    public void SettleParked(AccountUsage usage, Func<long> nowUs, WorkClaim? claim) => accounts.Commit([usage], null, nowUs, claim);

    private static AccountUsage Within(AccountUsage usage, long? untilUs) =>
        untilUs == long.MaxValue ? usage : usage with { Runs = usage.Runs.FindAll(r => r.Run.DueUs <= untilUs) };

    private static IEnumerable<IReadOnlyList<AccountUsage>> Batches(IEnumerable<AccountUsage> usage)
    {
        var (batch, closings) = (new List<AccountUsage>(AccountsPerTransaction), 0);
        foreach (var account in usage)
        {
            if (batch.Count == AccountsPerTransaction || (batch.Count > 0 && closings + account.Runs.Count > ClosingsPerTransaction))
            {
                yield return batch;
                (batch, closings) = (new List<AccountUsage>(AccountsPerTransaction), 0);
            }

            batch.Add(account);
            closings += account.Runs.Count;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    private List<SettledRun> CommitOrPark(
        IReadOnlyList<AccountUsage> batch, DecidedClosings? ahead, Dictionary<long, long> left, Func<long> nowUs, WorkClaim? claim)
    {
        var settled = new List<SettledRun>(batch.Count);
        foreach (var some in Segments(batch, ahead))
        {
            Divided.Do(
                some,
                (together, tries) => Keep(accounts.Commit(together, ReferenceEquals(together, batch) ? ahead : ahead?.Of(together), nowUs, claim, tries), settled, left),
                (one, _) => RunByRun(one, settled, left, nowUs, claim));
        }

        return settled;
    }

    /// <summary>Of an account that can't be settled as a whole: each run by itself, up to the one at which it is parked.</summary>
    private void RunByRun(AccountUsage usage, List<SettledRun> settled, Dictionary<long, long> left, Func<long> nowUs, WorkClaim? claim)
    {
        var stepUs = long.MaxValue;
        foreach (var run in usage.Runs)
        {
            if (run.Run.DueUs > stepUs)
            {
                left[usage.AccountNo] = run.Run.DueUs - 1;
                return;
            }

            var one = usage with { Runs = [run] };
            var done = new CommittedClosings([], []);
            if (StepFault.Of(() => done = accounts.Commit([one], null, nowUs, claim)) is { } fault)
            {
                parking.Park(usage.AccountNo, ParkedStep.Closing, run.Run.DueUs, fault, nowUs(), claim, run.Run.AfterSlot);
                return;
            }

            Keep(done, settled, left);
            stepUs = done.Settled.SelectMany(d => d.Plan.Agenda).Select(a => a.DueUs).Append(stepUs).Min();
        }
    }

    private static void Keep(CommittedClosings done, List<SettledRun> settled, Dictionary<long, long> left)
    {
        settled.AddRange(done.Settled);
        foreach (var (accountNo, us) in done.Left)
            left[accountNo] = us;
    }

    /// <summary>Each account whose decision failed ahead is by itself; between them the others stay together.</summary>
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
}
