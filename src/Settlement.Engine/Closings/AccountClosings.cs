using System.Data.Common;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Engine.Parking;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;
using Settlement.Storage.Plans;

namespace Settlement.Engine.Closings;

/// <summary>
/// Settles some accounts, each in those runs of a span in which it used anything. An account is loaded once, its runs are decided one after the
/// other, each from the state that the one before leaves, and everything is committed with all its rows in one transaction.
/// </summary>
internal sealed class AccountClosings(SettlementStore store)
{
    private static readonly string[] ClosingColumns = ["ToSlot", "AccountNo", "AccountVersion", "TransactionUs", "SettingsVersion", "CatalogVersion"];

    private readonly PlanWriter writer = new(store);
    private readonly UncoveredHolds holds = new(store);

    /// <summary>
    /// Decides before the batch is written. Null if the database gave up, or if something can't be loaded; the batch is then decided when it is
    /// written.
    /// </summary>
    public DecidedClosings? DecideAhead(IReadOnlyList<AccountUsage> batch, Func<long> nowUs)
    {
        try
        {
            return store.Read(session => LoadAndDecide(session, batch, nowUs()));
        }
        catch (Exception error) when (error is DbException failed ? store.Engine.MayRetry(failed) : ContentFault.MayBe(error))
        {
            return null;
        }
    }

    /// <summary>
    /// Commits what was decided ahead. If an account or the catalog has changed since it was loaded, the whole batch is decided again from the
    /// current state. If a run turns out to be settled already, an earlier try settled it and its commit went unanswered, so the plan of that try
    /// stands.
    /// </summary>
    /// <exception cref="StepFaultException">One of the accounts can't be settled; nothing is written.</exception>
    public CommittedClosings Commit(
        IReadOnlyList<AccountUsage> batch, DecidedClosings? ahead, Func<long> nowUs, WorkClaim? claim, int tries = SettlementStore.Attempts)
    {
        Dictionary<long, long> left = [];
        var tried = new Dictionary<(long AccountNo, SettleSlot ToSlot), SettledRun>();
        store.Write(
            session =>
            {
                // A catalog is applied exclusively: it releases what was held without it (7.3), and would miss what is held by a decision made
                // earlier.
                store.Engine.TakeGuard(session, exclusive: false);
                if (ahead?.Terms.CatalogVersion != StoreState.Of(session).CatalogVersion)
                    ahead = null;
                StepFault.Within(session, store.Engine, () =>
                {
                    var decided = ahead ?? LoadAndDecide(session, batch, nowUs());
                    ahead = null;
                    decided.Check();
                    foreach (var settled in decided.Settled)
                        tried[(settled.Plan.Before.AccountNo, settled.Run.ToSlot)] = settled;
                    Write(session, decided);
                    left = decided.Left;
                    return true;
                });
            },
            claim,
            tries);
        return new CommittedClosings([.. tried.Values.OrderBy(s => s.Plan.Before.AccountNo).ThenBy(s => s.Plan.Before.Version)], left);
    }

    private DecidedClosings LoadAndDecide(Session session, IReadOnlyList<AccountUsage> batch, long nowUs)
    {
        var terms = store.Terms.Read(session, StoreState.Of(session));
        var open = Unsettled(session, batch);
        var decided = new DecidedClosings(terms, nowUs);
        if (open.Count == 0)
            return decided;
        var accounts = AccountReader.Get(session, open.ConvertAll(a => a.AccountNo));
        var facts = ScopeFacts.Load(session, store.Words, open);
        var loader = new ClosingLoader(session, store.Words, facts, terms, nowUs);
        foreach (var usage in open)
            decided.Decide(accounts[usage.AccountNo], usage, StepUs(session, batch, usage), loader, facts);
        return decided;
    }

    /// <summary>
    /// When the next step is due that earlier closings planned for the account. Only an account with runs already settled can have one: for the
    /// others, due steps have already been looked up.
    /// </summary>
    private static long StepUs(Session session, IReadOnlyList<AccountUsage> batch, AccountUsage open) =>
        open.Runs.Count < batch.First(a => a.AccountNo == open.AccountNo).Runs.Count
            ? session.One<long?>("agenda/first-of", new { UntilUs = open.Runs[^1].Run.DueUs, open.AccountNo }) ?? long.MaxValue : long.MaxValue;

    /// <summary>The batch without the runs that are already settled.</summary>
    private static List<AccountUsage> Unsettled(Session session, IReadOnlyList<AccountUsage> batch)
    {
        var (first, last) = (batch.Min(a => a.AccountNo), batch.Max(a => a.AccountNo));
        var settled = batch.SelectMany(a => a.Runs).Select(r => r.Run.ToSlot).Distinct().ToDictionary(
            slot => slot, slot => session.Rows<long>("closing/settled", new { ToSlot = slot, FirstAccount = first, LastAccount = last }).ToHashSet());
        return batch.Select(a => a with { Runs = a.Runs.FindAll(r => !settled[r.Run.ToSlot].Contains(a.AccountNo)) }).Where(a => a.Runs.Count > 0)
            .ToList();
    }

    private void Write(Session session, DecidedClosings decided)
    {
        writer.Write(session, [.. decided.Settled.Select(s => s.Plan)]);
        foreach (var (run, plan) in decided.Settled)
            holds.Write(session, run, plan);
        store.Engine.Insert(session, "Closing", ClosingColumns, decided.Settled.Select(s => new object?[]
        {
            s.Run.ToSlot.Number, s.Plan.Before.AccountNo, s.Plan.Before.Version + 1, decided.NowUs, decided.Terms.SettingsVersion,
            decided.Terms.CatalogVersion,
        }));
    }
}

/// <param name="Settled">Account by account, each with its runs in order.</param>
/// <param name="Left">Accounts with runs left over because a step falls due before them, each with the instant up to which it is settled.</param>
internal readonly record struct CommittedClosings(IReadOnlyList<SettledRun> Settled, Dictionary<long, long> Left);
