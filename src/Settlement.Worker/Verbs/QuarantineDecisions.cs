using Settlement.Storage;
using Settlement.Storage.Ingest;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Decides quarantined events one by one, some hundreds to a transaction, and says what became of each.</summary>
internal sealed class QuarantineDecisions(VerbContext context, OpenStore open)
{
    private const int PerTransaction = 500;

    /// <param name="named">Numbers of entries; none: all that are held and meant.</param>
    /// <param name="held">Which are meant when none is named.</param>
    /// <param name="decide">Decides one; gives null, or why it could not be.</param>
    /// <param name="done">What it is then.</param>
    public int Decide(IReadOnlyList<long> named, Func<List<QuarantineEntry>> held, Func<Session, long, string?> decide, string done)
    {
        var numbers = named.Count > 0 ? [.. named.Distinct()] : held().ConvertAll(e => e.QuarantineNo);
        var unknown = open.Store.Read(session => numbers.Where(no => QuarantineStore.Find(session, no) is null).ToList());
        if (unknown.Count > 0)
            throw new BadInputException($"There is no quarantined event {string.Join(", ", unknown.Select(n => Figures.Plain(n)))}; nothing was changed");
        var answers = new List<DecisionView>();
        using (var progress = context.Progress())
        {
            foreach (var chunk in numbers.Chunk(PerTransaction))
            {
                answers.AddRange(open.Store.Write(session => Array.ConvertAll(chunk, no => new DecisionView(no, decide(session, no) is { } cause ? cause : done))));
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

    private sealed record DecisionView(long Entry, string Outcome);
}
