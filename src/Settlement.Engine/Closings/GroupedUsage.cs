using Settlement.Domain.Settling;
using Settlement.Storage;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Closings;

/// <summary>
/// The usage of a part of a run, grouped, in order of account, scope, hour and project. Each slot is read in the order in which it is clustered, so nothing is
/// sorted; a run that takes several slots (late events, hours after a hold) merges their streams.
/// </summary>
internal sealed class GroupedUsage(IEngine engine, ClosingRun run, RunPart part) : IDisposable
{
    /// <summary>More slots than this (a store that was never closed before) are sorted by the database instead.</summary>
    private const int MaxStreams = 12;

    private readonly List<Session> sessions = [];
    private readonly List<IEnumerator<UsageGroup>> streams = [];

    public IEnumerable<UsageGroup> Read()
    {
        var queue = new PriorityQueue<IEnumerator<UsageGroup>, (long, long, long, long)>();
        long afterAccount;
        using (var session = engine.Read())
        {
            afterAccount = session.One<long?>("closing/last-settled", part) ?? part.FirstAccount - 1;
            var slots = Slots(session);
            if (slots.Count > MaxStreams)
                streams.Add(Open("usage/grouped-range", new { run.AfterSlot, run.ToSlot, AfterAccount = afterAccount, part.LastAccount }));
            else
                streams.AddRange(slots.Select(slot => Open("usage/grouped", new { Slot = slot, AfterAccount = afterAccount, part.LastAccount })));
        }

        foreach (var stream in streams)
            Advance(queue, stream);
        while (queue.TryDequeue(out var stream, out _))
        {
            yield return stream.Current;
            Advance(queue, stream);
        }
    }

    public void Dispose()
    {
        foreach (var stream in streams)
            stream.Dispose();
        foreach (var session in sessions)
            session.Dispose();
    }

    private List<long> Slots(Session session)
    {
        var slots = new List<long>();
        for (var next = ClosingRuns.NextSlot(session, run.AfterSlot); next <= run.ToSlot; next = ClosingRuns.NextSlot(session, next.Value))
            slots.Add(next.Value);
        return slots;
    }

    private IEnumerator<UsageGroup> Open(string statement, object args)
    {
        var session = engine.Read();
        sessions.Add(session);
        return session.Stream<UsageGroup>(statement, args).GetEnumerator();
    }

    private static void Advance(PriorityQueue<IEnumerator<UsageGroup>, (long, long, long, long)> queue, IEnumerator<UsageGroup> stream)
    {
        if (stream.MoveNext())
            queue.Enqueue(stream, (stream.Current.AccountNo, stream.Current.ScopeNo, stream.Current.UseHour, stream.Current.ProjectNo));
    }
}

/// <summary>Calls of one scope, hour and project in a run.</summary>
internal sealed class UsageGroup
{
    public long AccountNo { get; init; }

    public long ScopeNo { get; init; }

    public long UseHour { get; init; }

    public long ProjectNo { get; init; }

    public long AllCalls { get; init; }

    public long Billable { get; init; }

    /// <summary>Those of the billable ones that were released from quarantine.</summary>
    public long WaivedCalls { get; init; }

    public long Calls => Billable - WaivedCalls;

    public long NotBillable => AllCalls - Billable;
}

internal sealed record AccountUsage(long AccountNo, List<UsageGroup> Groups);
