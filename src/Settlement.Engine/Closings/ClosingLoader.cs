using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Storage;

namespace Settlement.Engine.Closings;

/// <summary>Builds the input for settling an account from its usage in a run and the facts at that time.</summary>
internal sealed class ClosingLoader(Session session, Words words, ScopeFacts facts, Terms terms, long nowUs)
{
    public SettlementInput InputOf(Domain.Accounts.Account account, RunUsage usage) => new(
        account, usage.Run, terms, nowUs, usage.Groups.GroupBy(g => g.ScopeNo).Select(g => Scope(usage.Run, g)).ToList());

    private ScopeUsage Scope(ClosingRun run, IGrouping<long, UsageGroup> groups)
    {
        var hours = groups.GroupBy(g => new BillingHour(g.UseHour)).OrderBy(g => g.Key)
            .Select(h => new HourUsage(h.Key, h.Sum(g => g.NotBillable), Pieces(run, h.Key, groups.Key, h.ToList()))).ToList();
        var (liveCalls, liveLeft) = facts.LiveAt(groups.Key, run.DueUs);
        return new ScopeUsage(
            facts.Scopes[groups.Key],
            facts.Drawable(groups.Key, new Period(hours[0].Hour.StartUs, hours[^1].Hour.Next.StartUs)),
            facts.Subscriptions[groups.Key].ToList(),
            facts.MonthsOf(groups.Key),
            liveCalls,
            liveLeft,
            hours);
    }

    private List<PieceUsage> Pieces(ClosingRun run, BillingHour hour, long scopeNo, List<UsageGroup> groups)
    {
        var cuts = new HourCuts(hour, facts.Cuts(scopeNo));
        var accountNo = groups[0].AccountNo;
        if (!cuts.IsWhole)
            return Split(
                run, cuts, new { Slot = run.SlotOf(hour), AccountNo = accountNo, ScopeNo = scopeNo, UseHour = hour }, accountNo, scopeNo, hour);
        var claims = groups.SelectMany(Claims).ToList();
        var piece = hour.Period;
        return claims.Count == 0 ? [] : [new PieceUsage(piece, claims, InOrder(run, accountNo, scopeNo, hour, piece))];
    }

    /// <summary>If an hour is cut, its usage is read by instant and summed by piece. Single events never stay in memory.</summary>
    private List<PieceUsage> Split(ClosingRun run, HourCuts cuts, object key, long accountNo, long scopeNo, BillingHour hour)
    {
        var pieces = new SortedDictionary<long, (Period Piece, Dictionary<(long, long), long> Calls)>();
        foreach (var row in session.Stream<InstantRow>("usage/by-instant", key))
        {
            var piece = cuts.PieceAt(row.TimeUs);
            if (!pieces.TryGetValue(piece.StartUs, out var found))
                pieces[piece.StartUs] = found = (piece, []);
            found.Calls[(row.ProjectNo, row.Waived)] = found.Calls.GetValueOrDefault((row.ProjectNo, row.Waived)) + row.Calls;
        }

        return pieces.Values.Select(p => new PieceUsage(
            p.Piece,
            p.Calls.Select(c => new ProjectCalls(words.TextOf(session, WordKind.Project, c.Key.Item1), c.Key.Item2 != 0, c.Value)).ToList(),
            InOrder(run, accountNo, scopeNo, hour, p.Piece))).ToList();
    }

    private IEnumerable<ProjectCalls> Claims(UsageGroup group)
    {
        var project = words.TextOf(session, WordKind.Project, group.ProjectNo);
        if (group.Calls > 0)
            yield return new ProjectCalls(project, false, group.Calls);
        if (group.WaivedCalls > 0)
            yield return new ProjectCalls(project, true, group.WaivedCalls);
    }

    private IEnumerable<ProjectCalls> InOrder(ClosingRun run, long accountNo, long scopeNo, BillingHour hour, Period piece)
    {
        var rows = session.Stream<OrderedRow>("usage/in-order", new
        {
            Slot = run.SlotOf(hour), AccountNo = accountNo, ScopeNo = scopeNo, UseHour = hour, piece.StartUs, piece.EndUs,
        });
        return rows.Select(r => new ProjectCalls(r.Project, r.Waived != 0, r.Calls));
    }

    private sealed class InstantRow
    {
        public long ProjectNo { get; init; }

        public long Waived { get; init; }

        public long TimeUs { get; init; }

        public long Calls { get; init; }
    }

    private sealed class OrderedRow
    {
        public string? Project { get; init; }

        public long Waived { get; init; }

        public long Calls { get; init; }
    }
}
