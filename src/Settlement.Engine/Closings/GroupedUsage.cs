using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Storage;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Closings;

/// <summary>
/// The usage of a range of accounts in some runs, grouped, account by account. An account with very much usage comes in several parts, each with some
/// of its runs. Each slot is read in the order in which it is clustered, so nothing is sorted; the streams of the slots are merged.
/// </summary>
internal sealed class GroupedUsage(IEngine engine, IReadOnlyList<ClosingRun> runs, long firstAccount, long lastAccount) : IDisposable
{
    /// <summary>With this many groups, an account's part gets no further run: the groups are in memory, and later as many bill rows.</summary>
    public const int MostGroups = 10_000;

    /// <summary>A run with more slots than this (in a store that was never closed before) is sorted by the database instead.</summary>
    private const int MaxSlots = 12;

    private readonly List<Session> sessions = [];
    private readonly List<RunStream> streams = [];

    /// <summary>In the order of the accounts' numbers. An account may appear again with later runs.</summary>
    public IEnumerable<AccountUsage> Read()
    {
        Open();
        var queue = new PriorityQueue<RunStream, (long, long, long, long, long)>();
        foreach (var stream in streams)
            Advance(queue, stream);
        AccountUsage? account = null;
        while (queue.TryDequeue(out var stream, out _))
        {
            var group = stream.Groups.Current;
            var isNewRun = account?.AccountNo != group.AccountNo || account.Runs[^1].Run != stream.Run;
            if (account is not null && (account.AccountNo != group.AccountNo || (isNewRun && account.GroupCount >= MostGroups)))
            {
                yield return account;
                account = null;
            }

            account ??= new AccountUsage(group.AccountNo, []);
            if (isNewRun)
                account.Runs.Add(new RunUsage(stream.Run, []));
            account.Runs[^1].Groups.Add(group);
            Advance(queue, stream);
        }

        if (account is not null)
            yield return account;
    }

    public void Dispose()
    {
        foreach (var stream in streams)
            stream.Groups.Dispose();
        foreach (var session in sessions)
            session.Dispose();
    }

    private void Open()
    {
        using var session = engine.Read();
        foreach (var run in runs)
        {
            var slots = Slots(session, run);
            if (slots.Count > MaxSlots)
                Open(run, "usage/grouped-range", new { run.AfterSlot, run.ToSlot, AfterAccount = firstAccount - 1, LastAccount = lastAccount });
            else
                slots.ForEach(slot => Open(run, "usage/grouped", new { Slot = slot, AfterAccount = firstAccount - 1, LastAccount = lastAccount }));
        }
    }

    private static List<SettleSlot> Slots(Session session, ClosingRun run)
    {
        var slots = new List<SettleSlot>();
        for (var next = ClosingRuns.NextSlot(session, run.AfterSlot); next <= run.ToSlot; next = ClosingRuns.NextSlot(session, next.Value))
            slots.Add(next.Value);
        return slots;
    }

    private void Open(ClosingRun run, string statement, object args)
    {
        var session = engine.Read();
        sessions.Add(session);
        streams.Add(new RunStream(run, session.Stream<UsageGroup>(statement, args).GetEnumerator()));
    }

    private static void Advance(PriorityQueue<RunStream, (long, long, long, long, long)> queue, RunStream stream)
    {
        if (!stream.Groups.MoveNext())
            return;
        var group = stream.Groups.Current;
        queue.Enqueue(stream, (group.AccountNo, stream.Run.ToSlot.Number, group.ScopeNo, group.UseHour, group.ProjectNo));
    }

    private sealed record RunStream(ClosingRun Run, IEnumerator<UsageGroup> Groups);
}
