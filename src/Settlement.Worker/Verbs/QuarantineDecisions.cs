using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Quarantine;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Decides quarantined events, some hundreds per transaction, and reports the outcome of each.</summary>
internal sealed class QuarantineDecisions(VerbContext context, OpenStore open)
{
    private const int PerTransaction = 500;

    /// <param name="named">Numbers of entries; if there are none, all that are held and match the filter.</param>
    /// <param name="filter">Which entries are meant if none is named.</param>
    /// <param name="decide">Decides some entries; returns null for each, or why it could not be decided.</param>
    /// <param name="done">The outcome of those that were decided.</param>
    public int Decide(
        IReadOnlyList<long> named, QuarantineFilter filter, Func<Session, IReadOnlyList<QuarantineEntry>, IReadOnlyList<string?>> decide, string done)
    {
        // Events that a command has already set free are not for anyone to decide.
        open.Core.Releases.Finish();
        var numbers = named.Count > 0 ? Known([.. named.Distinct()])
            : open.Store.Read(session => QuarantineEntries.HeldNos(session, filter.Reason, filter.Account));
        using var answers = context.Listing.Long<DecisionView>(
            [new("ENTRY", a => Figures.Plain(a.Entry), RightAligned: true), new("NOT " + done.ToUpperInvariant(), a => a.Outcome)]);
        long failed = 0, all = 0;
        using (var progress = context.Progress())
        {
            foreach (var chunk in numbers.Chunk(PerTransaction))
            {
                foreach (var answer in open.Store.Write(session => Decide(session, chunk, decide, done)))
                {
                    failed += answer.Outcome == done ? 0 : 1;
                    // People are told only about those that were not.
                    if (context.Listing.IsJson || answer.Outcome != done)
                        answers.Add(answer);
                }

                progress.Report(all += chunk.Length, numbers.Count, $"events {done}");
            }
        }

        if (context.Listing.IsJson || failed > 0)
            answers.Print();
        context.Listing.Say($"{Figures.Of(all - failed, "event")} {done}{(failed == 0 ? "." : $", {Figures.Count(failed)} not.")}");
        return failed == 0 ? Exit.Done : Exit.Differs;
    }

    private static List<DecisionView> Decide(
        Session session, long[] numbers, Func<Session, IReadOnlyList<QuarantineEntry>, IReadOnlyList<string?>> decide, string done)
    {
        var entries = QuarantineEntries.Find(session, numbers).OrderBy(e => Array.IndexOf(numbers, e.QuarantineNo)).ToList();
        return [.. entries.Zip(decide(session, entries), (entry, cause) => new DecisionView(entry.QuarantineNo, cause ?? done))];
    }

    private List<long> Known(List<long> named)
    {
        var known = open.Store.Read(session =>
            named.Chunk(PerTransaction).SelectMany(c => QuarantineEntries.Find(session, c)).Select(e => e.QuarantineNo).ToHashSet());
        var unknown = named.FindAll(no => !known.Contains(no));
        return unknown.Count == 0 ? named
            : throw new BadInputException($"There is no quarantined event {string.Join(", ", unknown.Select(n => Figures.Plain(n)))}; nothing was changed");
    }

    private sealed record DecisionView(long Entry, string Outcome);
}
