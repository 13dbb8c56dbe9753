using Settlement.Domain.Lifecycle;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Engine.Parking;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;

namespace Settlement.Engine.Lifecycle;

/// <summary>The agenda: steps of lots and accounts that fell due, each decided and written with its removal in one transaction.</summary>
public sealed class LifecycleStore(SettlementStore store, ParkingStore? parking = null)
{
    private const int StepsPerTransaction = 200;

    private readonly PlanWriter writer = new(store);
    private readonly ParkingStore parking = parking ?? new ParkingStore(store);

    public static long? NextDueUs(Session session) => session.One<long?>("agenda/next");

    /// <summary>Does the first kind of steps that is due at an instant; returns how many.</summary>
    /// <param name="stepped">Told of each step and its plan, which may change nothing, after its commit.</param>
    public int Step(long dueUs, Func<long> nowUs, Action<AgendaEntry, Plan>? stepped = null, WorkClaim? claim = null)
    {
        var entries = store.Read(session => session.Rows<AgendaRow>("agenda/due", new { DueUs = dueUs }));
        foreach (var chunk in entries.Chunk(StepsPerTransaction))
        {
            Divided.Do(
                chunk,
                (some, tries) => Step(some, nowUs, stepped, claim, tries),
                (one, fault) => parking.Park(one.AccountNo, ParkedStep.Of((AgendaKind)one.Kind), one.DueUs, fault, nowUs(), claim));
        }

        return entries.Count;
    }

    private void Step(IReadOnlyList<AgendaRow> chunk, Func<long> nowUs, Action<AgendaEntry, Plan>? stepped, WorkClaim? claim, int tries)
    {
        var tried = new Dictionary<AgendaRow, Plan>(chunk.Count);
        store.Write(session => Step(session, chunk, nowUs(), tried), claim, tries);
        foreach (var row in chunk.Where(tried.ContainsKey))
            stepped?.Invoke(row.ToEntry(), tried[row]);
    }

    /// <summary>The next step of a parked account: of those that were put aside, and of those due at or before an instant, in the order in which they are done.</summary>
    internal static AgendaRow? NextOf(Session session, long accountNo, long untilUs) =>
        session.One<AgendaRow>("parked/next-steps", new { AccountNo = accountNo, UntilUs = untilUs });

    /// <summary>Does a step of a parked account.</summary>
    /// <param name="closedHour">The last hour closed for the account, which may wait for closings.</param>
    internal void StepParked(AgendaRow row, long closedHour, Func<long> nowUs, WorkClaim? claim) => store.Write(
        session =>
        {
            var removed = session.Execute("agenda/remove", row) + session.Execute("parked/remove-step", row);
            var state = StoreState.Of(session);
            if (closedHour < state.ClosedHour)
                state = state with { ClosedSlot = SettleSlot.OfHour(closedHour), LastRunUs = 0 };
            if (removed > 0)
                StepFault.Within(session, store.Engine, () => Decide(session, state, [row], nowUs()));
        },
        claim);

    /// <param name="tried">
    /// Gets the plans of the steps that were not done yet. A step that is done by a second try was done by the first, whose commit went unanswered: its plan stays.
    /// </param>
    private void Step(Session session, IReadOnlyList<AgendaRow> chunk, long nowUs, Dictionary<AgendaRow, Plan> tried)
    {
        var parked = ParkedAccounts.Of(session, chunk.Select(r => r.AccountNo).Distinct().ToList());
        if (parked.Count > 0)
            PutAside(session, chunk.Where(r => parked.Contains(r.AccountNo)).ToList());
        foreach (var round in Rounds(chunk.Where(r => !parked.Contains(r.AccountNo))))
        {
            foreach (var (row, plan) in StepRound(session, round, nowUs))
                tried[row] = plan;
        }
    }

    /// <summary>What is loaded and decided together: of each account its next step, for what one step does to an account is what the next one finds.</summary>
    private static IEnumerable<List<AgendaRow>> Rounds(IEnumerable<AgendaRow> chunk)
    {
        var rounds = new List<List<AgendaRow>>();
        var seen = new Dictionary<long, int>();
        foreach (var row in chunk)
        {
            var round = seen[row.AccountNo] = seen.GetValueOrDefault(row.AccountNo, -1) + 1;
            if (round == rounds.Count)
                rounds.Add([]);
            rounds[round].Add(row);
        }

        return rounds;
    }

    /// <summary>Steps of parked accounts wait where looking for the next one does not meet them.</summary>
    private static void PutAside(Session session, List<AgendaRow> rows)
    {
        session.ExecuteEach("parked/put-step-aside", rows);
        session.ExecuteEach("agenda/remove", rows);
    }

    private IEnumerable<(AgendaRow Row, Plan Plan)> StepRound(Session session, List<AgendaRow> round, long nowUs)
    {
        var removed = session.ExecuteEach("agenda/remove", round);
        var rows = round.Where((_, i) => removed[i] == 1).ToList();
        return rows.Zip(StepFault.Within(session, store.Engine, () => Decide(session, StoreState.Of(session), rows, nowUs)));
    }

    private List<Plan> Decide(Session session, StoreState state, List<AgendaRow> rows, long nowUs)
    {
        var terms = store.Terms.Read(session, state);
        var plans = StepLoader.Load(session, store.Words, state, terms, nowUs, rows.ConvertAll(r => r.ToEntry())).ConvertAll(LifecycleStep.Decide);
        writer.Write(session, plans.FindAll(p => p.ChangesAnything));
        return plans;
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
