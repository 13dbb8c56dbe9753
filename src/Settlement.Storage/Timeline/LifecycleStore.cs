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
            var tried = new Dictionary<AgendaRow, Plan>(chunk.Length);
            store.Write(session => Step(session, chunk, nowUs(), tried), claim);
            foreach (var row in chunk.Where(tried.ContainsKey))
                stepped?.Invoke(row.ToEntry(), tried[row]);
        }

        return entries.Count;
    }

    /// <param name="tried">
    /// Gets the plans of the steps that were not done yet. A step that is done by a second try was done by the first, whose commit went unanswered: its plan stays.
    /// </param>
    private void Step(Session session, AgendaRow[] chunk, long nowUs, Dictionary<AgendaRow, Plan> tried)
    {
        foreach (var round in Rounds(chunk))
        {
            foreach (var (row, plan) in StepRound(session, round, nowUs))
                tried[row] = plan;
        }
    }

    /// <summary>What is loaded and decided together: of each account its next step, for what one step does to an account is what the next one finds.</summary>
    private static IEnumerable<List<AgendaRow>> Rounds(AgendaRow[] chunk)
    {
        var rounds = new List<List<AgendaRow>>();
        var seen = new Dictionary<long, int>(chunk.Length);
        foreach (var row in chunk)
        {
            var round = seen[row.AccountNo] = seen.GetValueOrDefault(row.AccountNo, -1) + 1;
            if (round == rounds.Count)
                rounds.Add([]);
            rounds[round].Add(row);
        }

        return rounds;
    }

    private IEnumerable<(AgendaRow Row, Plan Plan)> StepRound(Session session, List<AgendaRow> round, long nowUs)
    {
        var removed = session.ExecuteEach("agenda/remove", round);
        var rows = round.Where((_, i) => removed[i] == 1).ToList();
        var state = StoreState.Of(session);
        var terms = store.Terms.Read(session, state);
        var plans = StepLoader.Load(session, store.Words, state, terms, nowUs, rows.ConvertAll(r => r.ToEntry())).ConvertAll(LifecycleStep.Decide);
        writer.Write(session, plans.FindAll(p => p.ChangesAnything));
        return rows.Zip(plans);
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
