// Random usage of one account in one closing run, designed to be awkward: instants lie on a coarse grid, so calls tie, lots begin and end on calls
// and on hours, the month turns in the middle, and lots run out among projects.
using CsCheck;
using Settlement.Domain.Accounts;
using Settlement.Domain.Money;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;

namespace Settlement.Domain.Tests.Settling;

internal sealed record Event(int Scope, long TimeUs, string? Project, string Source, string Id, long Count, int Status, bool Waived);

internal sealed record TaleScope(string Api, string Region, Lot[] Lots, Period[] Subscriptions, long MonthCalls, Tier[]? Tiers, long PriceFromHour);

internal sealed record UsageTale(TaleScope[] Scopes, Event[] Events, RoundingMode Rounding, string Currency, int LateHours, long RemainderE8)
{
    /// <summary>The hour before midnight of 1 May 2023 in +08:00.</summary>
    public const long FirstHour = 467_391;
    public const int Hours = 3;

    private static readonly (string Api, string Region)[] Names = [("b", "r"), ("a", "r"), ("a", "q")];

    /// <summary>From before the first hour until after the last: every five minutes, sometimes a microsecond later.</summary>
    private static readonly Gen<long> Edge = Gen.Select(Gen.Long[-2, Hours * 12 + 2], Gen.OneOf(0L, 0, 0, 1)).Select((s, us) => At(s) + us);

    private static readonly Gen<long> CallTime = Gen.Select(Gen.Long[0, Hours * 12 - 1], Gen.OneOf(0L, 0, 0, 1)).Select((s, us) => At(s) + us);

    private static readonly Gen<string?> Project = Gen.OneOf<string?>(null, null, "X", "Y", "x");

    public static Gen<UsageTale> Any { get; } = Gen.Int[1, 3].SelectMany(scopes => Gen.Select(
        Scope.Array[scopes],
        OneEvent(scopes).Array[0, 40],
        Gen.Enum<RoundingMode>(),
        Gen.OneOf("CNY", "JPY", "KWD"),
        Gen.Int[0, 3],
        Gen.Long[0, 99_999]).Select((made, events, rounding, currency, late, remainder) => new UsageTale(
            [.. made.Select((s, i) => s with { Api = Names[i].Api, Region = Names[i].Region, Lots = [.. s.Lots.Select((l, n) => Named(l, i, n))] })],
            [.. events.DistinctBy(e => (e.Source, e.Id))],
            rounding,
            currency,
            late,
            remainder)));

    private static Gen<TaleScope> Scope => Gen.Select(
        AnyLot.Array[0, 6],
        Edge.Array[0, 6],
        Gen.Long[0, 12],
        Gen.OneOf(Gen.Const(() => (Tier[]?)null), TierList, TierList, TierList),
        Gen.Long[-1, 2]).Select((lots, edges, month, tiers, from) => new TaleScope("", "", lots, Periods(edges), month, tiers, FirstHour + from));

    private static Gen<Lot> AnyLot =>
        Gen.Select(Edge, Edge, Gen.Enum<LotOrigin>(), Project, Gen.OneOf(Gen.Long[0, 6], Gen.Long[0, 60]), Gen.Long[1, 2])
        .Select((a, b, origin, project, left, paid) => new Lot
    {
        PackageNo = 0, PackageId = "", LotNo = 1, ScopeNo = 0, Project = project, Origin = origin, StartUs = Math.Min(a, b), EndUs = Math.Max(a, b)
            + 1, PaidUs = paid, Calls = 60, Left = left,
    });

    private static Gen<Tier[]?> TierList =>
        Gen.Select(Gen.Select(Gen.Long[1, 9], Gen.Long[0, 3_333_333_333]).Array[0, 3], Gen.Long[0, 777_777_777_777]).Select((steps, last) =>
    {
        long upTo = 0;
        return (Tier[]?)[.. steps.Select(s => new Tier(upTo += s.Item1, s.Item2)), new Tier(null, last)];
    });

    public BillingZone Zone => new(8);

    public ClosingRun Run =>
        new(new BillingHour(FirstHour + Hours + 1).StartUs, SettleSlot.OfHour(new(FirstHour + LateHours - 1)),
        SettleSlot.OfHour(new(FirstHour + Hours - 1)));

    public Account Account =>
        new() { AccountNo = 7, AccountId = "a1", Version = 4, BalanceE8 = 1_000_000_000, RemainderE8 = RemainderE8, EntryCount = 11 };

    /// <summary>What storage would load: counts per piece and project; single events only through <see cref="PieceUsage.InOrder"/>.</summary>
    public SettlementInput Input()
    {
        var prices = Scopes.Where(s => s.Tiers is not null)
            .Select(s => new PriceList(s.Api, s.Region, new BillingHour(s.PriceFromHour).StartUs, s.Tiers!)).ToList();
        var catalog = new Catalog(Domain.Money.Currency.Find(Currency)!, ["a", "b"], ["q", "r"], prices, []);
        var terms = new Terms(1, BillingSettings.Default with { Rounding = Rounding }, 1, catalog);
        return new SettlementInput(
            Account, Run, terms, Run.DueUs, [.. Enumerable.Range(0, Scopes.Length).Where(i => Events.Any(e => e.Scope == i)).Select(Load)]);
    }

    private ScopeUsage Load(int i)
    {
        var scope = Scopes[i];
        var month = Zone.MonthOf(new BillingHour(FirstHour).StartUs);
        var cuts = scope.Lots.SelectMany(l => new[] { l.StartUs, l.EndUs }).Concat(scope.Subscriptions.SelectMany(p => new[] { p.StartUs, p.EndUs }))
            .ToList();
        var hours = Events.Where(e => e.Scope == i).GroupBy(e => BillingHour.Of(e.TimeUs)).OrderBy(h => h.Key).Select(h => new HourUsage(
            h.Key,
            h.Where(e => !UsageCall.IsBillable(e.Status)).Sum(e => e.Count),
            [.. h.Where(e => UsageCall.IsBillable(e.Status)).GroupBy(e => new HourCuts(h.Key, cuts).PieceAt(e.TimeUs)).OrderBy(p => p.Key.StartUs)
                .Select(p => Piece(p.Key, [.. p]))])).ToList();
        return new ScopeUsage(
            new Scope { ScopeNo = i + 1, AccountNo = 7, Api = scope.Api, Region = scope.Region },
            [.. scope.Lots.Where(l => l.Left > 0)],
            scope.Subscriptions,
            new Dictionary<BillingMonth, long> { [month] = scope.MonthCalls },
            0,
            0,
            hours);
    }

    /// <summary>Claims come in the order of the dictionary of projects, which may be any; here, the last project comes first.</summary>
    private static PieceUsage Piece(Period piece, Event[] events) => new(
        piece,
        [.. events.GroupBy(e => (e.Project, e.Waived)).OrderByDescending(g => g.Key.Project, StringComparer.Ordinal)
            .Select(g => new ProjectCalls(g.Key.Project, g.Key.Waived, g.Sum(e => e.Count)))],
        InOrder(events).Select(e => new ProjectCalls(e.Project, e.Waived, e.Count)));

    /// <summary>4.1: by time, then project with none first, then source, then id.</summary>
    public static IEnumerable<Event> InOrder(IEnumerable<Event> events) => events.OrderBy(e => e.TimeUs).ThenBy(e => e.Project is not null)
        .ThenBy(e => e.Project, StringComparer.Ordinal).ThenBy(e => e.Source, StringComparer.Ordinal).ThenBy(e => e.Id, StringComparer.Ordinal);

    private static Gen<Event> OneEvent(int scopes) => Gen.Select(
        Gen.Int[0, scopes - 1], CallTime, Project, Gen.OneOf("g", "G"), Gen.Int[0, 60], Gen.OneOf(Gen.Long[1, 1], Gen.Long[1, 6]),
        Gen.OneOf(200, 200, 299, 300, 199, 500), Gen.Bool.Select(Gen.Bool, (a, b) => a && b))
        .Select((scope, time, project, source, id, count, status, waived) =>
            new Event(scope, time, project, source, "e" + id, count, status, waived));

    private static Lot Named(Lot lot, int scope, int n) =>
        lot with { ScopeNo = scope + 1, PackageNo = scope * 10 + n + 1, PackageId = "pP"[n % 2] + $"{scope}{(n * 7) % 10}" };

    private static Period[] Periods(long[] edges)
    {
        var sorted = edges.Distinct().Order().ToArray();
        return [.. Enumerable.Range(0, (sorted.Length + 1) / 2)
            .Select(i => new Period(sorted[2 * i], 2 * i + 1 < sorted.Length ? sorted[2 * i + 1] : Instant.NeverUs))];
    }

    private static long At(long step) => new BillingHour(FirstHour).StartUs + step * 300_000_000;
}
