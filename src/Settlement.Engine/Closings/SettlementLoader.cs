using Settlement.Domain.Accounts;
using Settlement.Domain.Packages;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Storage;
using Settlement.Storage.Accounts;

namespace Settlement.Engine.Closings;

/// <summary>Loads what the settling of a batch of accounts needs, a statement per kind of thing and not per account.</summary>
internal sealed class SettlementLoader(SettlementStore store)
{
    /// <summary>Scopes to a statement: SQL Server takes 2,100 parameters.</summary>
    private const int ScopesPerStatement = 1000;

    public List<SettlementInput> Load(Session session, ClosingRun run, Terms terms, long nowUs, IReadOnlyList<AccountUsage> batch)
    {
        if (batch.Count == 0)
            return [];
        var accounts = AccountStore.Get(session, batch.Select(a => a.AccountNo).ToList());
        var facts = ScopeFacts.Load(session, store.Words, run, batch.SelectMany(a => a.Groups).ToList(), ScopesPerStatement);
        return batch.Select(a => new SettlementInput(
            accounts[a.AccountNo], run, terms, nowUs, a.Groups.GroupBy(g => g.ScopeNo).Select(g => Scope(session, run, facts, g)).ToList())).ToList();
    }

    private ScopeUsage Scope(Session session, ClosingRun run, ScopeFacts facts, IGrouping<long, UsageGroup> groups)
    {
        var lots = facts.Lots[groups.Key].ToList();
        var subscriptions = facts.Subscriptions[groups.Key].ToList();
        var hours = groups.GroupBy(g => g.UseHour).OrderBy(g => g.Key)
            .Select(h => new HourUsage(h.Key, h.Sum(g => g.NotBillable), Pieces(session, run, facts, h.Key, groups.Key, h.ToList()))).ToList();
        var live = facts.Live.GetValueOrDefault(groups.Key);
        return new ScopeUsage(
            facts.Scopes[groups.Key], lots, subscriptions, facts.Months[groups.Key].ToDictionary(m => m.Month, m => m.Calls), live.Calls, live.Left, hours);
    }

    private List<PieceUsage> Pieces(Session session, ClosingRun run, ScopeFacts facts, long hour, long scopeNo, List<UsageGroup> groups)
    {
        var cuts = new HourCuts(hour, facts.Cuts[scopeNo]);
        var key = new { Slot = run.SlotOf(hour), groups[0].AccountNo, ScopeNo = scopeNo, UseHour = hour };
        if (!cuts.IsWhole)
            return Split(session, run, cuts, key, groups[0].AccountNo, scopeNo, hour);
        var claims = groups.SelectMany(g => Claims(session, g)).ToList();
        var piece = BillingHour.Period(hour);
        return claims.Count == 0 ? [] : [new PieceUsage(piece, claims, InOrder(session, run, groups[0].AccountNo, scopeNo, hour, piece))];
    }

    /// <summary>An hour that is cut is read by instant and summed by piece; single events never stay in memory.</summary>
    private List<PieceUsage> Split(Session session, ClosingRun run, HourCuts cuts, object key, long accountNo, long scopeNo, long hour)
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
            p.Calls.Select(c => new Claim(store.Words.TextOf(session, WordKind.Project, c.Key.Item1), c.Key.Item2 != 0, c.Value)).ToList(),
            InOrder(session, run, accountNo, scopeNo, hour, p.Piece))).ToList();
    }

    private IEnumerable<Claim> Claims(Session session, UsageGroup group)
    {
        var project = store.Words.TextOf(session, WordKind.Project, group.ProjectNo);
        if (group.Calls > 0)
            yield return new Claim(project, false, group.Calls);
        if (group.WaivedCalls > 0)
            yield return new Claim(project, true, group.WaivedCalls);
    }

    private static IEnumerable<Claim> InOrder(Session session, ClosingRun run, long accountNo, long scopeNo, long hour, Period piece)
    {
        var rows = session.Stream<OrderedRow>("usage/in-order", new
        {
            Slot = run.SlotOf(hour), AccountNo = accountNo, ScopeNo = scopeNo, UseHour = hour, piece.StartUs, piece.EndUs,
        });
        return rows.Select(r => new Claim(r.Project, r.Waived != 0, r.Calls));
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

/// <summary>Lots, subscriptions, counters and cuts of the scopes of a batch.</summary>
internal sealed class ScopeFacts
{
    public required Dictionary<long, Scope> Scopes { get; init; }

    public required ILookup<long, Lot> Lots { get; init; }

    public required ILookup<long, Period> Subscriptions { get; init; }

    public required ILookup<long, (int Month, long Calls)> Months { get; init; }

    /// <summary>Instants at which a subscription or a lot, used up or not, begins or ends (6.2).</summary>
    public required ILookup<long, long> Cuts { get; init; }

    public required Dictionary<long, (long Calls, long Left)> Live { get; init; }

    public static ScopeFacts Load(Session session, Words words, ClosingRun run, IReadOnlyList<UsageGroup> groups, int perStatement)
    {
        var fromUs = BillingHour.StartUs(groups.Min(g => g.UseHour));
        var toUs = BillingHour.StartUs(groups.Max(g => g.UseHour) + 1);
        var chunks = groups.Select(g => g.ScopeNo).Distinct().Chunk(perStatement).Select(c => new { ScopeNos = c, FromUs = fromUs, ToUs = toUs, AtUs = run.DueUs }).ToList();
        var subscriptions = chunks.SelectMany(c => session.Rows<PeriodRow>("account/subscriptions", c)).ToList();
        var lotEnds = chunks.SelectMany(c => session.Rows<PeriodRow>("package/cuts", c)).ToList();
        return new ScopeFacts
        {
            Scopes = chunks.SelectMany(c => AccountStore.GetScopes(session, words, c.ScopeNos)).ToDictionary(s => s.ScopeNo),
            Lots = chunks.SelectMany(c => session.Rows<LotRow>("package/drawable", c)).ToLookup(l => l.ScopeNo, l => l.ToLot()),
            Subscriptions = subscriptions.ToLookup(s => s.ScopeNo, s => s.ToPeriod()),
            Months = chunks.SelectMany(c => session.Rows<MonthRow>("plan/months", c)).ToLookup(m => m.ScopeNo, m => ((int)m.Month, m.Calls)),
            Cuts = subscriptions.Concat(lotEnds).SelectMany(p => new[] { (p.ScopeNo, Us: p.StartUs), (p.ScopeNo, Us: p.EndUs) }).ToLookup(c => c.ScopeNo, c => c.Us),
            Live = chunks.SelectMany(c => session.Rows<LiveRow>("package/live-totals", c)).ToDictionary(l => l.ScopeNo, l => (l.Calls, l.LeftCalls)),
        };
    }

    private sealed class MonthRow
    {
        public long ScopeNo { get; init; }

        public long Month { get; init; }

        public long Calls { get; init; }
    }

    private sealed class LiveRow
    {
        public long ScopeNo { get; init; }

        public long Calls { get; init; }

        public long LeftCalls { get; init; }
    }
}
