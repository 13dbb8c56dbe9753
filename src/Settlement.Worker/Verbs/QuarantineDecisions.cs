using Settlement.Storage;
using Settlement.Storage.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Decides quarantined events, some hundreds to a transaction, and says what became of each.</summary>
internal sealed class QuarantineDecisions(VerbContext context, OpenStore open)
{
    private const int PerTransaction = 500;

    /// <param name="named">Numbers of entries; none: all that are held and meant.</param>
    /// <param name="filter">Which are meant when none is named.</param>
    /// <param name="decide">Decides some; gives for each null, or why it could not be.</param>
    /// <param name="done">What they are then.</param>
    public int Decide(IReadOnlyList<long> named, QuarantineFilter filter, Func<Session, IReadOnlyList<QuarantineEntry>, IReadOnlyList<string?>> decide, string done)
    {
        // What a command has set free already is not for anyone to decide.
        open.Core.Releases.Finish();
        var numbers = named.Count > 0 ? Known([.. named.Distinct()]) : open.Store.Read(session => QuarantineStore.HeldNos(session, filter.Reason, filter.Account));
        var answers = new List<DecisionView>();
        using (var progress = context.Progress())
        {
            foreach (var chunk in numbers.Chunk(PerTransaction))
            {
                answers.AddRange(open.Store.Write(session => Decide(session, chunk, decide, done)));
                progress.Report(answers.Count, numbers.Count, $"events {done}");
            }
        }

        var failed = answers.Where(a => a.Outcome != done).ToList();
        if (context.Listing.IsJson)
            context.Listing.Json(answers);
        else if (failed.Count > 0)
            context.Listing.Table(failed, [new("ENTRY", a => Figures.Plain(a.Entry), RightAligned: true), new("NOT " + done.ToUpperInvariant(), a => a.Outcome)]);
        context.Listing.Say($"{Figures.Of(answers.Count - failed.Count, "event")} {done}{(failed.Count == 0 ? "." : $", {Figures.Count(failed.Count)} not.")}");
        return failed.Count == 0 ? Exit.Done : Exit.Differs;
    }

    private static List<DecisionView> Decide(
        Session session, long[] numbers, Func<Session, IReadOnlyList<QuarantineEntry>, IReadOnlyList<string?>> decide, string done)
    {
        var entries = QuarantineStore.Find(session, numbers).OrderBy(e => Array.IndexOf(numbers, e.QuarantineNo)).ToList();
        return [.. entries.Zip(decide(session, entries), (entry, cause) => new DecisionView(entry.QuarantineNo, cause ?? done))];
    }

    private List<long> Known(List<long> named)
    {
        var known = open.Store.Read(session => named.Chunk(PerTransaction).SelectMany(c => QuarantineStore.Find(session, c)).Select(e => e.QuarantineNo).ToHashSet());
        var unknown = named.FindAll(no => !known.Contains(no));
        return unknown.Count == 0 ? named
            : throw new BadInputException($"There is no quarantined event {string.Join(", ", unknown.Select(n => Figures.Plain(n)))}; nothing was changed");
    }

    private sealed record DecisionView(long Entry, string Outcome);
}
