using System.Data.Common;
using System.Globalization;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Engine.Parking;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;

namespace Settlement.Engine.Closings;

/// <summary>Closing runs: opens one (hours are closed), settles its accounts batch by batch, marks it done.</summary>
public sealed partial class ClosingStore(SettlementStore store, Releases releases, ParkingStore? parking = null)
{
    /// <summary>Accounts are independent; some hundreds to a transaction.</summary>
    private const int AccountsPerTransaction = 200;
    private const int BatchesAhead = 1;

    /// <summary>Accounts to a part of a run, of which workers take one after the other.</summary>
    private const long AccountsPerPart = 2500;
    private const long MostParts = 64;

    private static readonly string[] ClosingColumns = ["ToSlot", "AccountNo", "AccountVersion", "TransactionUs", "SettingsVersion", "CatalogVersion"];

    private readonly PlanWriter writer = new(store);
    private readonly SettlementLoader loader = new(store);
    private readonly ParkingStore parking = parking ?? new ParkingStore(store);
    private readonly UncoveredHolds holds = new(store);

    /// <summary>
    /// Closes every hour due at <paramref name="dueUs"/> for all, in one short transaction; from here on their events go to the next closing (7.2).
    /// Null when no hour is due or closings are on hold. An unfinished run is returned as it is: a second try whose first one did commit opens no other. What a release
    /// has not stored yet is stored before.
    /// </summary>
    /// <param name="dueUs">The run's due instant.</param>
    /// <param name="hourly">Whether it is the run of the hour.</param>
    /// <param name="claim">What the time line is driven under.</param>
    public ClosingRun? Begin(long dueUs, bool hourly = true, WorkClaim? claim = null)
    {
        while (true)
        {
            releases.Finish(claim);
            var (waits, run) = store.Write(session => Begin(session, dueUs, hourly), claim);
            if (!waits)
                return run;
        }
    }

    private (bool Waits, ClosingRun? Run) Begin(Session session, long dueUs, bool hourly)
    {
        store.Engine.TakeGuard(session, exclusive: true);
        if (ClosingRuns.Unfinished(session) is { } underWay)
            return (false, underWay);
        // One that was begun since; nobody begins another while this holds the guard.
        if (Releases.WaitingSinceUs(session) is not null)
            return (true, null);
        var state = StoreState.Of(session);
        var next = ClosingRuns.NextSlot(session, state.ClosedSlot);
        var dueHour = BillingHour.LastDueAt(dueUs, store.Settings.CloseDelayUs);
        var toSlot = SettleSlot.CloseThrough(dueHour, state.ClosedSlot, lateWaits: next == state.ClosedSlot + 1);
        if (toSlot <= state.ClosedSlot || !state.MayCloseAt(dueUs))
            return (false, null);
        var run = new ClosingRun(dueUs, state.ClosedSlot, toSlot, hourly);
        session.Execute("store/close-through", run);
        // An hour with no usage costs nothing, not even a row: nobody will ask for its run.
        if (next is null || next > toSlot)
            return (false, null);
        session.Execute("closing/add-run", new { run.DueUs, run.AfterSlot, run.ToSlot, Hourly = hourly ? 1L : 0L });
        session.ExecuteEach("closing/add-part", Parts(run, session.One<long?>("account/last") ?? 0));
        return (false, run);
    }

    /// <summary>The parts of a run that are not done, each a range of accounts.</summary>
    public List<RunPart> OpenParts(ClosingRun run) => store.Read(session => session.Rows<RunPart>("closing/open-parts", new { run.ToSlot }));

    /// <summary>Claims a part; null while another worker has it.</summary>
    public WorkClaim? TryClaim(RunPart part) => store.Engine.TryClaim(string.Create(CultureInfo.InvariantCulture, $"{ClaimPrefix(part.ToSlot)}{part.FirstAccount}"));

    /// <summary>Settles every account of the run that is not settled yet, all by itself; returns how many it settled.</summary>
    /// <inheritdoc cref="SettlePart"/>
    public long Settle(ClosingRun run, Func<long> nowUs, Action<long, IReadOnlyList<Plan>>? settled = null) =>
        OpenParts(run).Sum(part => SettlePart(run, part, nowUs, settled));

    /// <summary>Settles every account of the part that is not settled yet; returns how many it settled.</summary>
    /// <param name="nowUs">The transaction time of each batch, taken as it is decided.</param>
    /// <param name="settled">Told after each commit: accounts of this part so far, and the plans of this batch.</param>
    public long SettlePart(ClosingRun run, RunPart part, Func<long> nowUs, Action<long, IReadOnlyList<Plan>>? settled = null, WorkClaim? claim = null)
    {
        long count = 0;
        var parked = store.Read(session => ParkedAccounts.Between(session, part.FirstAccount, part.LastAccount));
        using var groups = new GroupedUsage(store.Engine, run, part);
        using var batches = new ReadAhead<IReadOnlyList<AccountUsage>>(Batches(groups.Read().Where(g => !parked.Contains(g.AccountNo))), BatchesAhead);
        using var decisions = new ReadAhead<(IReadOnlyList<AccountUsage>, Decided?)>(batches.Elements().Select(b => (b, DecideAhead(run, b, nowUs))), BatchesAhead);
        foreach (var (batch, ahead) in decisions.Elements())
        {
            var plans = WriteOrPark(run, batch, ahead, nowUs, claim);
            count += batch.Count;
            settled?.Invoke(count, plans);
        }

        store.Write(session => session.Execute("closing/finish-part", new { part.ToSlot, part.FirstAccount, NowUs = nowUs() }), claim);
        return count;
    }

    /// <summary>Marks the run done and, if it was the run of the hour, the hour's instant passed, in one: what comes late after it is for the next.</summary>
    public void Finish(ClosingRun run, long nowUs, WorkClaim? claim = null) => store.Write(
        session =>
        {
            session.Execute("closing/finish-run", new { run.ToSlot, NowUs = nowUs });
            if (run.Hourly)
                session.Execute("store/pass-run", new { LastRunUs = run.DueUs });
            store.Engine.ForgetClaims(session, ClaimPrefix(run.ToSlot));
        },
        claim);

    private static string ClaimPrefix(long toSlot) => string.Create(CultureInfo.InvariantCulture, $"close {toSlot} ");

    /// <summary>Ranges of accounts, as equal as their numbers; those who came later are of a later run.</summary>
    private static IEnumerable<RunPart> Parts(ClosingRun run, long lastAccount)
    {
        var size = Math.Max(AccountsPerPart, (lastAccount + MostParts - 1) / MostParts);
        for (long first = 1; first <= lastAccount; first += size)
            yield return new RunPart { ToSlot = run.ToSlot, FirstAccount = first, LastAccount = Math.Min(first + size - 1, lastAccount) };
    }

    private Decided Decide(Session session, ClosingRun run, IReadOnlyList<AccountUsage> batch, long nowUs)
    {
        var done = session.Rows<long>("closing/settled", new { run.ToSlot, AccountNos = batch.Select(a => a.AccountNo) }).ToHashSet();
        var terms = store.Terms.Read(session, StoreState.Of(session));
        var inputs = loader.Load(session, run, terms, nowUs, batch.Where(a => !done.Contains(a.AccountNo)).ToList());
        return Decided.From(terms, nowUs, inputs);
    }

    /// <summary>Null when the database gave up on it, or something can't be loaded: the batch is then decided as it is written, with as many tries as that has.</summary>
    private Decided? DecideAhead(ClosingRun run, IReadOnlyList<AccountUsage> batch, Func<long> nowUs)
    {
        try
        {
            return store.Read(session => Decide(session, run, batch, nowUs()));
        }
        catch (Exception error) when (error is DbException failed ? store.Engine.MayRetry(failed) : ContentFault.MayBe(error))
        {
            return null;
        }
    }

    /// <summary>
    /// Writes what was decided ahead. When an account has changed since it was loaded, or the catalog, all of the batch is decided anew from what is there now.
    /// An account that is settled by then was settled by the try before, whose commit went unanswered: the plan of that try is the one that stands.
    /// </summary>
    private List<Plan> Write(ClosingRun run, IReadOnlyList<AccountUsage> batch, Decided? ahead, Func<long> nowUs, WorkClaim? claim, int tries = SettlementStore.Attempts)
    {
        var tried = new Dictionary<long, Plan>();
        store.Write(
            session =>
            {
                // A catalog comes alone: it releases what was held without it (7.3), and would not see what is held by a decision made before.
                store.Engine.TakeGuard(session, exclusive: false);
                if (ahead?.Terms.CatalogVersion != StoreState.Of(session).CatalogVersion)
                    ahead = null;
                StepFault.Within(session, store.Engine, () =>
                {
                    var decided = ahead ?? Decide(session, run, batch, nowUs());
                    ahead = null;
                    decided.Check();
                    foreach (var plan in decided.Plans)
                        tried[plan.Before.AccountNo] = plan;
                    Write(session, run, decided);
                    return true;
                });
            },
            claim,
            tries);
        return [.. batch.Select(a => tried.GetValueOrDefault(a.AccountNo)).OfType<Plan>()];
    }

    private void Write(Session session, ClosingRun run, Decided decided)
    {
        writer.Write(session, decided.Plans);
        foreach (var plan in decided.Plans)
            holds.Write(session, run, plan);
        store.Engine.Insert(session, "Closing", ClosingColumns, decided.Plans.Select(p => new object?[]
        {
            run.ToSlot, p.Before.AccountNo, p.Before.Version + 1, decided.NowUs, decided.Terms.SettingsVersion, decided.Terms.CatalogVersion,
        }));
    }

    private static IEnumerable<IReadOnlyList<AccountUsage>> Batches(IEnumerable<UsageGroup> groups)
    {
        var batch = new List<AccountUsage>(AccountsPerTransaction);
        foreach (var group in groups)
        {
            if (batch.Count == 0 || batch[^1].AccountNo != group.AccountNo)
            {
                if (batch.Count == AccountsPerTransaction)
                {
                    yield return batch;
                    batch = new List<AccountUsage>(AccountsPerTransaction);
                }

                batch.Add(new AccountUsage(group.AccountNo, []));
            }

            batch[^1].Groups.Add(group);
        }

        if (batch.Count > 0)
            yield return batch;
    }
}

/// <summary>A range of the accounts of a run.</summary>
public sealed class RunPart
{
    public long ToSlot { get; init; }

    public long FirstAccount { get; init; }

    public long LastAccount { get; init; }
}
