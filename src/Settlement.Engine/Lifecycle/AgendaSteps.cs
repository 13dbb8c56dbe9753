using Settlement.Domain.Lifecycle;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Engine.Parking;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;
using Settlement.Storage.Plans;

namespace Settlement.Engine.Lifecycle;

/// <summary>
/// The agenda: steps of lots and accounts that fell due. Each is decided and written, and removed from the agenda, in one transaction.
/// </summary>
public sealed class AgendaSteps(SettlementStore store, AccountParking? parking = null)
{
    private const int StepsPerTransaction = 200;

    private readonly PlanWriter writer = new(store);
    private readonly AccountParking parking = parking ?? new AccountParking(store);

    public static long? NextDueUs(Session session) => session.One<long?>("agenda/next");

    /// <summary>The steps of a range of accounts that are due at or before an instant, in the order in which they are done (2.4).</summary>
    internal static List<AgendaRow> Due(Session session, long untilUs, long firstAccount, long lastAccount) =>
        session.Rows<AgendaRow>("agenda/due", new { UntilUs = untilUs, FirstAccount = firstAccount, LastAccount = lastAccount });

    /// <summary>Does steps that are due at the same instant, some hundreds per transaction. An account whose step can't be done is parked.</summary>
    /// <param name="before">The mark before the span in which they are due.</param>
    /// <param name="settledSlot">The last slot that closings up to an instant have taken, which a parked account's retry needs to know.</param>
    /// <param name="stepped">Called for each step and its plan, which may change nothing, after the commit.</param>
    internal void Step(
        IReadOnlyList<AgendaRow> due, TimeMark before, Func<long, SettleSlot> settledSlot, Func<long> nowUs, Action<AgendaEntry, Plan>? stepped,
        WorkClaim? claim)
    {
        foreach (var chunk in due.Chunk(StepsPerTransaction))
        {
            Divided.Do(
                chunk,
                (some, tries) => Step(some, before, nowUs, stepped, claim, tries),
                (one, fault) =>
                    parking.Park(one.AccountNo, ParkedStep.Of((AgendaKind)one.Kind), one.DueUs, fault, nowUs(), claim, settledSlot(one.DueUs)));
        }
    }

    private void Step(
        IReadOnlyList<AgendaRow> chunk, TimeMark before, Func<long> nowUs, Action<AgendaEntry, Plan>? stepped, WorkClaim? claim, int tries)
    {
        var tried = new Dictionary<AgendaRow, Plan>(chunk.Count);
        store.Write(session => Step(session, chunk, before, nowUs(), tried), claim, tries);
        foreach (var row in chunk.Where(tried.ContainsKey))
            stepped?.Invoke(row.ToEntry(), tried[row]);
    }

    /// <summary>
    /// The next step of a parked account, in the order in which steps are done, out of those that were put aside and those due at or before an
    /// instant.
    /// </summary>
    internal static AgendaRow? NextOf(Session session, long accountNo, long untilUs) =>
        session.One<AgendaRow>("parked/next-steps", new { AccountNo = accountNo, UntilUs = untilUs });

    /// <summary>Does a step of a parked account.</summary>
    /// <param name="closedHour">The last hour that is closed for the account, which may still be waiting for closings.</param>
    internal void StepParked(AgendaRow row, BillingHour closedHour, Func<long> nowUs, WorkClaim? claim) => store.Write(
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
    /// Receives the plans of the steps that were not done yet. If a second try finds a step already done, the first try did it and its commit went
    /// unanswered, so its plan is kept.
    /// </param>
    private void Step(Session session, IReadOnlyList<AgendaRow> chunk, TimeMark before, long nowUs, Dictionary<AgendaRow, Plan> tried)
    {
        var parked = ParkedAccounts.Of(session, chunk.Select(r => r.AccountNo).Distinct().ToList());
        if (parked.Count > 0)
            PutAside(session, chunk.Where(r => parked.Contains(r.AccountNo)).ToList());
        foreach (var round in Rounds(chunk.Where(r => !parked.Contains(r.AccountNo))))
        {
            foreach (var (row, plan) in StepRound(session, round, before, nowUs))
                tried[row] = plan;
        }
    }

    /// <summary>
    /// Steps that are loaded and decided together: only the next step of each account, because the result of one step is the starting point of the
    /// account's next.
    /// </summary>
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

    /// <summary>Puts steps of parked accounts where they do not get in the way when the next step is looked for.</summary>
    private static void PutAside(Session session, List<AgendaRow> rows)
    {
        session.ExecuteEach("parked/put-step-aside", rows);
        session.ExecuteEach("agenda/remove", rows);
    }

    private IEnumerable<(AgendaRow Row, Plan Plan)> StepRound(Session session, List<AgendaRow> round, TimeMark before, long nowUs)
    {
        var removed = session.ExecuteEach("agenda/remove", round);
        var rows = round.Where((_, i) => removed[i] == 1).ToList();
        if (rows.Count == 0)
            return [];
        var state = before.At(rows[0].DueUs, StoreState.Of(session), store.Settings.CloseDelayUs);
        return rows.Zip(StepFault.Within(session, store.Engine, () => Decide(session, state, rows, nowUs)));
    }

    private List<Plan> Decide(Session session, StoreState state, List<AgendaRow> rows, long nowUs)
    {
        var terms = store.Terms.Read(session, state);
        var plans = StepLoader.Load(session, store.Words, state, terms, nowUs, rows.ConvertAll(r => r.ToEntry()))
            .ConvertAll(input => StepFault.Checked(LifecycleStep.Decide(input)));
        writer.Write(session, plans.FindAll(p => p.ChangesAnything));
        return plans;
    }
}
