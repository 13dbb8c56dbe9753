using Settlement.Domain.Lifecycle;
using Settlement.Domain.Settling;
using Settlement.Storage.Accounts;
using Settlement.Storage.Engines;

namespace Settlement.Storage.Timeline;

/// <summary>The agenda: steps of lots and accounts that fell due, each decided and written with its removal in one transaction.</summary>
public sealed class LifecycleStore(SettlementStore store)
{
    private const int StepsPerTransaction = 200;

    private readonly PlanWriter writer = new(store);

    public static long? NextDueUs(Session session) => session.One<long?>("agenda/next");

    /// <summary>Does the first kind of steps that is due at an instant; returns how many.</summary>
    /// <param name="stepped">Told of each step and its plan, which may change nothing, after its commit.</param>
    public int Step(long dueUs, Func<long> nowUs, Action<AgendaEntry, Plan>? stepped = null, WorkClaim? claim = null)
    {
        var entries = store.Read(session => session.Rows<AgendaRow>("agenda/due", new { DueUs = dueUs }));
        foreach (var chunk in entries.Chunk(StepsPerTransaction))
        {
            var plans = store.Write(session => Array.ConvertAll(chunk, entry => Step(session, entry, nowUs())), claim);
            foreach (var plan in chunk.Zip(plans).Where(p => p.Second is not null))
                stepped?.Invoke(plan.First.ToEntry(), plan.Second!);
        }

        return entries.Count;
    }

    private Plan? Step(Session session, AgendaRow row, long nowUs)
    {
        if (session.Execute("agenda/remove", row) != 1)
            return null;
        var state = StoreState.Of(session);
        var entry = row.ToEntry();
        // The account first: what changes anything of it raises its version, so that all that is read after it is as old or the writing fails.
        var account = AccountStore.Get(session, row.AccountNo);
        var package = row.PackageNo == 0 ? null : AccountStore.GetPackage(session, row.PackageNo);
        var input = new StepInput(
            entry,
            store.Terms.Read(session, state),
            new StepTime(row.DueUs, nowUs),
            state.ClosedHour,
            state.LastRunUs,
            account,
            package,
            package is null ? null : AccountStore.GetScope(session, package.ScopeNo),
            package is null ? null : AccountStore.Lot(session, row.PackageNo, row.LotNo),
            package is null ? null : AccountStore.LastLot(session, row.PackageNo),
            package is not null && AccountStore.HasLiveLot(session, package.ScopeNo, row.DueUs),
            entry.Kind == AgendaKind.RenewalAttempt && AccountStore.Attempted(session, row.PackageNo, row.LotNo, row.DueUs),
            package is null ? AccountStore.SubscribedAt(session, row.AccountNo, row.DueUs) : []);
        var plan = LifecycleStep.Decide(input);
        if (plan.ChangesAnything)
            writer.Write(session, [plan]);
        return plan;
    }

    internal sealed class AgendaRow
    {
        public long DueUs { get; init; }

        public long Kind { get; init; }

        public long SortUs { get; init; }

        public long AccountNo { get; init; }

        public long PackageNo { get; init; }

        public long LotNo { get; init; }

        public AgendaEntry ToEntry() => new(DueUs, (AgendaKind)Kind, AccountNo, PackageNo, LotNo, SortUs);
    }
}
