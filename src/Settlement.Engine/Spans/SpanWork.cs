using Settlement.Domain.Plans;
using Settlement.Domain.Settling;
using Settlement.Engine.Closings;
using Settlement.Engine.Commands;
using Settlement.Engine.Lifecycle;
using Settlement.Engine.Parking;
using Settlement.Storage;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Spans;

/// <summary>Callbacks for what was done in a span, called after the commit.</summary>
public sealed class SpanNews
{
    /// <summary>A run, and the plans of the accounts that were settled in it together.</summary>
    public Action<ClosingRun, IReadOnlyList<Plan>>? Settled { get; set; }

    /// <summary>A step of the agenda and its plan, which may change nothing.</summary>
    public Action<AgendaEntry, Plan>? Stepped { get; set; }

    /// <summary>A piece of work that took a transaction.</summary>
    public Action<SpanStep>? Done { get; set; }
}

/// <summary>
/// Does a part of a span. For each of its accounts it does the closings, commands and steps that fall due, in order (2.4). Accounts don't affect one
/// another, so the next work of many accounts is done together: first the closings of all accounts up to each account's next step, then those steps,
/// and so on until nothing is due.
/// </summary>
public sealed class SpanWork(SettlementStore store, CommandInbox commands, AgendaSteps lifecycle, AccountParking parking)
{
    /// <summary>
    /// Up to this many accounts that are settled after a step are read one by one; if there are more, they are read together with all the accounts
    /// between them.
    /// </summary>
    private const int FewAccounts = 32;

    private readonly ClosingRange closings = new(store, parking);

    /// <summary>Does what is not done yet. Work that is already done is recognised by its rows, whoever did it.</summary>
    public void Do(Span span, SpanPart part, Func<long> nowUs, SpanNews news, WorkClaim? claim) =>
        new PartWork(store, closings, commands, lifecycle, span, part, nowUs, news, claim).Do();

    private sealed class PartWork(
        SettlementStore store, ClosingRange closings, CommandInbox commands, AgendaSteps lifecycle, Span span, SpanPart part, Func<long> nowUs,
        SpanNews news, WorkClaim? claim)
    {
        /// <summary>The instant up to which each account is settled that had or has a step to do.</summary>
        private readonly Dictionary<long, long> settledUs = [];

        private readonly Dictionary<long, Queue<WaitingCommand>> waiting = span.Whole ? CommandsOf(store, span, part) : [];

        public void Do()
        {
            IReadOnlyCollection<long>? some = null;
            while (true)
            {
                var agenda = span.Whole ? store.Read(s => AgendaSteps.Due(s, span.UntilUs, part.FirstAccount, part.LastAccount)) : [];
                var next = AccountSteps.Next(waiting, agenda, span.Runs);
                var left = Settle(some, next);
                if (!span.Whole || (next.Count == 0 && left.Count == 0))
                    return;
                // The accounts in left are skipped: their closings made a step due, perhaps before the step that was next.
                Step([.. next.Values.Where(s => !left.Contains(s.AccountNo))], agenda);
                some = [.. next.Keys.Union(left)];
            }
        }

        private static Dictionary<long, Queue<WaitingCommand>> CommandsOf(SettlementStore store, Span span, SpanPart part) =>
            store.Read(session => DueCommands.Read(session, span.UntilUs)).OfAccounts
                .Where(c => c.AccountNo >= part.FirstAccount && c.AccountNo <= part.LastAccount)
                .GroupBy(c => c.AccountNo).ToDictionary(g => g.Key, g => new Queue<WaitingCommand>(g.Select(c => c.Command)));

        /// <summary>Settles the closings up to each account's next step.</summary>
        /// <param name="some">Only these accounts; null: all.</param>
        /// <returns>Accounts for which a closing made a step due, perhaps with runs left over.</returns>
        private Dictionary<long, long>.KeyCollection Settle(IReadOnlyCollection<long>? some, Dictionary<long, AccountSteps> next)
        {
            var left = new Dictionary<long, long>();
            long Until(long accountNo) => next.TryGetValue(accountNo, out var steps) ? steps.ClosedUntilUs : long.MaxValue;
            if (some is null && span.Runs.Count > 0)
            {
                left = closings.Settle(span.Runs, part.FirstAccount, part.LastAccount, span.UntilUs, no => Until(no), nowUs, Told, claim);
            }
            else if (some is not null)
            {
                var open = some.Where(no => span.Runs.Any(r => r.DueUs > settledUs[no] && r.DueUs <= Until(no))).Order().ToList();
                foreach (var (first, last) in open.Count <= FewAccounts ? open.Select(no => (no, no)) : [(open[0], open[^1])])
                {
                    var wanted = open.Where(no => no >= first && no <= last).ToHashSet();
                    var fromUs = wanted.Min(no => settledUs[no]);
                    var runs = span.Runs.Where(r => r.DueUs > fromUs).ToList();
                    foreach (var (no, us) in closings.Settle(runs, first, last, span.UntilUs, no =>
                        wanted.Contains(no) ? Until(no) : null, nowUs, Told, claim))
                        left[no] = us;
                }
            }

            foreach (var no in (some ?? []).Union(next.Keys))
                settledUs[no] = Until(no);
            foreach (var (no, us) in left)
                settledUs[no] = us;
            return left.Keys;
        }

        /// <param name="agenda">Everything that was due, in the order in which it is done.</param>
        private void Step(List<AccountSteps> steps, List<AgendaRow> agenda)
        {
            var due = steps.SelectMany(s => s.Commands).OrderBy(c => c.AtUs).ThenBy(c => c.CommandNo).ToList();
            foreach (var chunk in due.Chunk(CommandInbox.PerTransaction))
            {
                commands.Apply(chunk, nowUs(), claim, atUs => span.SettledSlot(atUs - 1));
                news.Done?.Invoke(new SpanStep("commands", chunk[^1].AtUs, chunk.Length, 0));
            }

            foreach (var of in steps)
            {
                for (var i = 0; i < of.Commands.Count; i++)
                    waiting[of.AccountNo].Dequeue();
            }

            var chosen = steps.SelectMany(s => s.Agenda).ToHashSet();
            foreach (var rows in agenda.Where(chosen.Contains).GroupBy(r => (r.DueUs, r.Kind)))
            {
                lifecycle.Step([.. rows], span.Before, span.SettledSlot, nowUs, news.Stepped, claim);
                news.Done?.Invoke(new SpanStep("lifecycle", rows.Key.DueUs, rows.Count(), 0));
            }
        }

        private void Told(IReadOnlyList<SettledRun> settled)
        {
            foreach (var run in settled.GroupBy(s => s.Run))
                news.Settled?.Invoke(run.Key, [.. run.Select(s => s.Plan)]);
            if (settled.Count > 0)
                news.Done?.Invoke(new SpanStep("accounts", settled[^1].Run.DueUs, settled.Count, settled[^1].Plan.Before.AccountNo));
        }
    }
}
