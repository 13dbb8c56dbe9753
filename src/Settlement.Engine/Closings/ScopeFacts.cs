using Settlement.Domain.Accounts;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Storage;
using Settlement.Storage.Accounts;

namespace Settlement.Engine.Closings;

/// <summary>
/// Scopes, lots, subscriptions and counters of a batch of accounts. They are loaded once, with one statement per kind, and then updated by each plan
/// of the span.
/// </summary>
internal sealed class ScopeFacts
{
    /// <summary>Scopes per statement: SQL Server accepts 2,100 parameters.</summary>
    private const int ScopesPerStatement = 1000;

    private readonly Dictionary<long, List<Lot>> lots;
    private readonly Dictionary<long, Dictionary<BillingMonth, long>> months;

    private ScopeFacts(Dictionary<long, Scope> scopes, Dictionary<long, List<Lot>> lots, ILookup<long, Period> subscriptions,
        Dictionary<long, Dictionary<BillingMonth, long>> months)
    {
        (Scopes, Subscriptions) = (scopes, subscriptions);
        (this.lots, this.months) = (lots, months);
    }

    public Dictionary<long, Scope> Scopes { get; }

    public ILookup<long, Period> Subscriptions { get; }

    public static ScopeFacts Load(Session session, Words words, IReadOnlyList<AccountUsage> batch)
    {
        var runs = batch.SelectMany(a => a.Runs).ToList();
        var groups = runs.SelectMany(r => r.Groups).ToList();
        var fromUs = Math.Min(new BillingHour(groups.Min(g => g.UseHour)).StartUs, runs.Min(r => r.Run.DueUs));
        var toUs = new BillingHour(groups.Max(g => g.UseHour)).Next.StartUs;
        var untilUs = Math.Max(toUs, runs.Max(r => r.Run.DueUs));
        var chunks = groups.Select(g => g.ScopeNo).Distinct().Chunk(ScopesPerStatement)
            .Select(c => new { ScopeNos = c, FromUs = fromUs, ToUs = toUs, UntilUs = untilUs }).ToList();
        return new ScopeFacts(
            chunks.SelectMany(c => AccountReader.GetScopes(session, words, c.ScopeNos)).ToDictionary(s => s.ScopeNo),
            chunks.SelectMany(c => session.Rows<LotRow>("package/of-span", c)).GroupBy(l => l.ScopeNo)
                .ToDictionary(g => g.Key, g => g.Select(l => l.ToLot()).ToList()),
            chunks.SelectMany(c => session.Rows<PeriodRow>("account/subscriptions", c)).ToLookup(s => s.ScopeNo, s => s.ToPeriod()),
            chunks.SelectMany(c => session.Rows<MonthRow>("plan/months", c)).GroupBy(m => m.ScopeNo)
                .ToDictionary(g => g.Key, g => g.ToDictionary(m => m.Month, m => m.Calls)));
    }

    /// <summary>Lots with calls left that are live at some time within a period.</summary>
    public List<Lot> Drawable(long scopeNo, Period period) =>
        LotsOf(scopeNo).FindAll(l => l.Left > 0 && l.EndUs > period.StartUs && l.StartUs < period.EndUs);

    /// <summary>The size of the lots that are live at an instant, and the calls left on them.</summary>
    public (long Calls, long Left) LiveAt(long scopeNo, long us)
    {
        var live = LotsOf(scopeNo).FindAll(l => l.Life.Contains(us));
        return (live.Sum(l => l.Calls), live.Sum(l => l.Left));
    }

    /// <summary>Instants at which a subscription or a lot, used up or not, begins or ends (6.2).</summary>
    public IEnumerable<long> Cuts(long scopeNo) =>
        Subscriptions[scopeNo].Concat(LotsOf(scopeNo).Select(l => l.Life)).SelectMany(p => new[] { p.StartUs, p.EndUs });

    public IReadOnlyDictionary<BillingMonth, long> MonthsOf(long scopeNo) =>
        months.TryGetValue(scopeNo, out var found) ? found : new Dictionary<BillingMonth, long>();

    /// <summary>A closing was decided: its results are the starting point of the next one.</summary>
    public void Keep(Plan plan)
    {
        foreach (var scope in plan.ChangedScopes)
            Scopes[scope.ScopeNo] = scope;
        foreach (var month in plan.MonthCalls)
        {
            if (!months.TryGetValue(month.ScopeNo, out var found))
                months[month.ScopeNo] = found = [];
            found[month.Month] = month.Calls;
        }

        foreach (var row in plan.LotsLeft)
        {
            var (of, i) = Find(plan, row);
            of[i] = of[i] with { Left = row.LeftAfter };
        }
    }

    private (List<Lot> Lots, int Index) Find(Plan plan, LotLeft row)
    {
        foreach (var scopeNo in plan.Rows.Select(r => r.ScopeNo).OfType<long>().Distinct())
        {
            var of = LotsOf(scopeNo);
            var i = of.FindIndex(l => l.PackageNo == row.PackageNo && l.LotNo == row.LotNo);
            if (i >= 0)
                return (of, i);
        }

        throw new InvalidOperationException($"Lot {row.LotNo} of package number {row.PackageNo} was drawn on and is not loaded.");
    }

    private List<Lot> LotsOf(long scopeNo) => lots.TryGetValue(scopeNo, out var found) ? found : [];

    private sealed class MonthRow
    {
        public long ScopeNo { get; init; }

        public BillingMonth Month { get; init; }

        public long Calls { get; init; }
    }
}
