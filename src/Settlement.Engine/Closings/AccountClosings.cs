using System.Data.Common;
using Settlement.Domain.Settling;
using Settlement.Engine.Parking;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Closings;

/// <summary>
/// Settles some accounts, each in the runs of a span in which it used anything: loaded once, decided run by run, each on what the one before leaves, and committed with all
/// their rows in one transaction.
/// </summary>
internal sealed class AccountClosings(SettlementStore store)
{
    private static readonly string[] ClosingColumns = ["ToSlot", "AccountNo", "AccountVersion", "TransactionUs", "SettingsVersion", "CatalogVersion"];

    private readonly PlanWriter writer = new(store);
    private readonly UncoveredHolds holds = new(store);

    /// <summary>Decides ahead of the writing. Null when the database gave up on it, or something can't be loaded: it is then decided as it is written.</summary>
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
    /// Commits what was decided ahead. When an account has changed since it was loaded, or the catalog, all of the batch is decided anew from what is there now.
    /// A run that is settled by then was settled by the try before, whose commit went unanswered: the plan of that try is the one that stands.
    /// </summary>
    /// <exception cref="StepFaultException">Some account can't be settled; nothing is written.</exception>
    public CommittedClosings Commit(
        IReadOnlyList<AccountUsage> batch, DecidedClosings? ahead, Func<long> nowUs, WorkClaim? claim, int tries = SettlementStore.Attempts)
    {
        Dictionary<long, long> left = [];
        var tried = new Dictionary<(long AccountNo, long ToSlot), SettledRun>();
        store.Write(
            session =>
            {
                // A catalog comes alone: it releases what was held without it (7.3), and would not see what is held by a decision made before.
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
        var accounts = AccountStore.Get(session, open.ConvertAll(a => a.AccountNo));
        var facts = ScopeFacts.Load(session, store.Words, open);
        var loader = new ClosingLoader(session, store.Words, facts, terms, nowUs);
        foreach (var usage in open)
            decided.Decide(accounts[usage.AccountNo], usage, StepUs(session, batch, usage), loader, facts);
        return decided;
    }

    /// <summary>
    /// When a step of the account is due that closings before have made. Only who has runs settled already can have one: the others' steps have been asked for.
    /// </summary>
    private static long StepUs(Session session, IReadOnlyList<AccountUsage> batch, AccountUsage open) =>
        open.Runs.Count < batch.First(a => a.AccountNo == open.AccountNo).Runs.Count
            ? session.One<long?>("agenda/first-of", new { UntilUs = open.Runs[^1].Run.DueUs, open.AccountNo }) ?? long.MaxValue : long.MaxValue;

    /// <summary>Without the runs that are settled already.</summary>
    private static List<AccountUsage> Unsettled(Session session, IReadOnlyList<AccountUsage> batch)
    {
        var (first, last) = (batch.Min(a => a.AccountNo), batch.Max(a => a.AccountNo));
        var settled = batch.SelectMany(a => a.Runs).Select(r => r.Run.ToSlot).Distinct().ToDictionary(
            slot => slot, slot => session.Rows<long>("closing/settled", new { ToSlot = slot, FirstAccount = first, LastAccount = last }).ToHashSet());
        return batch.Select(a => a with { Runs = a.Runs.FindAll(r => !settled[r.Run.ToSlot].Contains(a.AccountNo)) }).Where(a => a.Runs.Count > 0).ToList();
    }

    private void Write(Session session, DecidedClosings decided)
    {
        writer.Write(session, [.. decided.Settled.Select(s => s.Plan)]);
        foreach (var (run, plan) in decided.Settled)
            holds.Write(session, run, plan);
        store.Engine.Insert(session, "Closing", ClosingColumns, decided.Settled.Select(s => new object?[]
        {
            s.Run.ToSlot, s.Plan.Before.AccountNo, s.Plan.Before.Version + 1, decided.NowUs, decided.Terms.SettingsVersion, decided.Terms.CatalogVersion,
        }));
    }
}

/// <param name="Settled">Account by account, of each its runs in their order.</param>
/// <param name="Left">Accounts of which runs are left, because a step falls due before them, and the instant up to which they are settled.</param>
internal readonly record struct CommittedClosings(IReadOnlyList<SettledRun> Settled, Dictionary<long, long> Left);
