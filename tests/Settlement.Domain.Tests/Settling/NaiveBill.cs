// The naive reference version of the settling: one call after the other in the order of 4.1, no counts, no pieces in advance, prices call by call in
// BigInteger.
using System.Numerics;
using Settlement.Domain.Ledger;
using Settlement.Domain.Packages;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;

namespace Settlement.Domain.Tests.Settling;

internal sealed record NaiveRow(long Hour, string Api, string Region, string? Project, RowKind Kind, string? Package, long Calls, Period Use,
    long FeeE8, long DeductedE8, long WrittenOffE8, bool Late);

internal sealed class NaiveBill
{
    private readonly UsageTale tale;
    private readonly Dictionary<Lot, long> left;
    private readonly Dictionary<(int Scope, int Month), long> counters = [];
    private readonly long minorE8;

    public NaiveBill(UsageTale tale)
    {
        this.tale = tale;
        left = tale.Scopes.SelectMany(s => s.Lots).ToDictionary(l => l, l => l.Left, ReferenceEqualityComparer.Instance.OfLots());
        minorE8 = tale.Currency switch { "JPY" => 100_000_000, "KWD" => 100_000, _ => 1_000_000 };
        RemainderE8 = tale.RemainderE8;
        for (var i = 0; i < tale.Scopes.Length; i++)
            counters[(i, MonthOf(UsageTale.FirstHour))] = tale.Scopes[i].MonthCalls;
        var hours = tale.Events.Select(e => e.TimeUs / Instant.PerHourUs).Distinct().Order();
        foreach (var hour in hours)
        {
            foreach (var scope in Enumerable.Range(0, tale.Scopes.Length).OrderBy(i => tale.Scopes[i].Api, StringComparer.Ordinal)
                .ThenBy(i => tale.Scopes[i].Region, StringComparer.Ordinal))
                Settle(hour, scope);
        }
    }

    public List<NaiveRow> Rows { get; } = [];

    /// <summary>Held calls by event, reason and unit price.</summary>
    public Dictionary<(string Source, string Id, string Reason, long? UnitPriceE10), long> Held { get; } = [];

    public long RemainderE8 { get; private set; }

    public BigInteger DeductedE8 { get; private set; }

    public long LeftOf(Lot lot) => left[lot];

    public long CounterOf(int scope, int month) => counters.GetValueOrDefault((scope, month));

    private static int MonthOf(long hour)
    {
        var local = DateTimeOffset.UnixEpoch.AddHours(hour).ToOffset(TimeSpan.FromHours(8));
        return local.Year * 12 + local.Month - 1;
    }

    private void Settle(long hour, int scopeNo)
    {
        var scope = tale.Scopes[scopeNo];
        var events = UsageTale.InOrder(tale.Events.Where(e => e.Scope == scopeNo && e.TimeUs / Instant.PerHourUs == hour && e.Status / 100 == 2))
            .ToList();
        var priced = scope.Tiers is not null && scope.PriceFromHour <= hour;
        var draws = new Dictionary<(string? Project, Lot Lot), (long Calls, Period Use)>();
        var charges = new Dictionary<string, (string? Project, long Calls, Period Use)>(StringComparer.Ordinal);
        var held = new List<(Event Event, string Reason)>();
        foreach (var call in events.SelectMany(e => Enumerable.Repeat(e, (int)e.Count)))
        {
            var piece = PieceOf(scope, hour, call.TimeUs);
            if (Payer(scope, call) is { } lot)
            {
                left[lot]--;
                draws[(call.Project, lot)] = draws.TryGetValue((call.Project, lot), out var d) ? (d.Calls + 1, Hull(d.Use, piece)) : (1, piece);
            }
            else if (!call.Waived && !scope.Subscriptions.Any(s => s.StartUs <= call.TimeUs && call.TimeUs < s.EndUs))
            {
                held.Add((call, "not-subscribed"));
            }
            else if (!priced)
            {
                held.Add((call, "no-price"));
            }
            else
            {
                charges[call.Project ?? ""] = charges.TryGetValue(call.Project ?? "", out var c) ? (c.Project, c.Calls + 1, Hull(c.Use, piece))
                    : (call.Project, 1, piece);
            }
        }

        var late = hour < UsageTale.FirstHour + tale.LateHours;
        foreach (var ((project, lot), (calls, use)) in draws)
            Rows.Add(new NaiveRow(hour, scope.Api, scope.Region, project, RowKind.PackageUsage, lot.PackageId, calls, use, 0, 0, 0, late));
        foreach (var (_, (project, calls, use)) in charges.OrderBy(c => c.Key, StringComparer.Ordinal))
            Charge(hour, scopeNo, project, calls, use, late);
        foreach (var (call, reason) in held)
        {
            var price = priced ? (long?)PriceOf(scopeNo, counters.GetValueOrDefault((scopeNo, MonthOf(hour))) + 1) : null;
            Held[(call.Source, call.Id, reason, price)] = Held.GetValueOrDefault((call.Source, call.Id, reason, price)) + 1;
        }
    }

    /// <summary>4.1 and 4.2, for one call.</summary>
    private Lot? Payer(TaleScope scope, Event call) => scope.Lots
        .Where(l => l.StartUs <= call.TimeUs && call.TimeUs < l.EndUs && left[l] > 0 && (l.Project is null || l.Project == call.Project))
        .OrderBy(l => l.Project is null).ThenBy(l => (int)l.Origin).ThenBy(l => l.EndUs).ThenBy(l => l.StartUs).ThenBy(l => l.PaidUs)
        .ThenBy(l => l.PackageId, StringComparer.Ordinal).ThenBy(l => l.LotNo).FirstOrDefault();

    private void Charge(long hour, int scopeNo, string? project, long calls, Period use, bool late)
    {
        BigInteger exact = 0;
        var month = (scopeNo, MonthOf(hour));
        for (var i = 0; i < calls; i++)
        {
            counters[month] = counters.GetValueOrDefault(month) + 1;
            exact += PriceOf(scopeNo, counters[month]);
        }

        var fee = (long)(exact / 100);
        long deducted, writtenOff = 0;
        if (tale.Rounding == RoundingMode.Carry)
        {
            deducted = (fee + RemainderE8) / minorE8 * minorE8;
            RemainderE8 += fee - deducted;
        }
        else
        {
            deducted = fee / minorE8 * minorE8;
            writtenOff = fee - deducted;
        }

        DeductedE8 += deducted;
        var scope = tale.Scopes[scopeNo];
        Rows.Add(new NaiveRow(hour, scope.Api, scope.Region, project, RowKind.PayPerUse, null, calls, use, fee, deducted, writtenOff, late));
    }

    private long PriceOf(int scope, long nthOfMonth) => tale.Scopes[scope].Tiers!.First(t => t.UpTo is null || nthOfMonth <= t.UpTo).UnitPriceE10;

    /// <summary>6.2: from the last begin or end of a lot or subscription at or before the call to the first one after it, within the hour.</summary>
    private static Period PieceOf(TaleScope scope, long hour, long us)
    {
        var (start, end) = (hour * Instant.PerHourUs, (hour + 1) * Instant.PerHourUs);
        foreach (var cut in scope.Lots.SelectMany(l => new[] { l.StartUs, l.EndUs })
            .Concat(scope.Subscriptions.SelectMany(s => new[] { s.StartUs, s.EndUs })))
        {
            if (cut <= us && cut > start)
                start = cut;
            if (cut > us && cut < end)
                end = cut;
        }

        return new Period(start, end);
    }

    private static Period Hull(Period a, Period b) => new(Math.Min(a.StartUs, b.StartUs), Math.Max(a.EndUs, b.EndUs));
}

file static class Comparers
{
    /// <summary>Lots are records, but two lots with the same content are still two lots.</summary>
    public static IEqualityComparer<Lot> OfLots(this ReferenceEqualityComparer comparer) =>
        EqualityComparer<Lot>.Create((a, b) => ReferenceEquals(a, b), comparer.GetHashCode);
}
