using CsCheck;
using Settlement.Domain.Ledger;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Xunit;

namespace Settlement.Domain.Tests.Settling;

public class SettlerTests
{
    private const int Rounds = 6_000;

    [Fact]
    public void Writes_the_rows_of_a_bill_that_goes_call_by_call() => Property.Holds(UsageTale.Any, Rounds, tale =>
    {
        var plan = Settler.Settle(tale.Input());
        var naive = new NaiveBill(tale);
        var rows = plan.Rows.Select(r => RowOf(tale, r)).ToList();
        Assert.Equal(Sorted(naive.Rows), Sorted(rows));
        Assert.Equal(naive.Rows.Where(r => r.Kind == RowKind.PayPerUse), rows.Where(r => r.Kind == RowKind.PayPerUse));
        var keys = rows.ConvertAll(r => (r.Hour, r.Api, r.Region, r.Project ?? ""));
        Assert.Equal(keys.OrderBy(k => k.Hour).ThenBy(k => k.Api, StringComparer.Ordinal).ThenBy(k => k.Region, StringComparer.Ordinal)
            .ThenBy(k => k.Item4, StringComparer.Ordinal), keys);
        Assert.All(plan.Rows.Where(r => r.Kind == RowKind.PayPerUse), r => Assert.Equal(r.Calls, r.Steps.Sum(s => s.Calls)));
    });

    [Fact]
    public void Leaves_the_lots_the_remainder_and_the_counters_of_the_naive_bill() => Property.Holds(UsageTale.Any, Rounds, tale =>
    {
        var plan = Settler.Settle(tale.Input());
        var naive = new NaiveBill(tale);
        foreach (var lot in tale.Scopes.SelectMany(s => s.Lots))
        {
            var changed = plan.LotsLeft.SingleOrDefault(l => l.PackageNo == lot.PackageNo && l.LotNo == lot.LotNo);
            Assert.Equal(naive.LeftOf(lot), changed?.LeftAfter ?? lot.Left);
            Assert.Equal(lot.Left, changed?.LeftBefore ?? lot.Left);
        }

        Assert.Equal(naive.RemainderE8, plan.After.RemainderE8);
        Assert.Equal(naive.DeductedE8, plan.Before.BalanceE8 - plan.After.BalanceE8);
        Assert.All(plan.MonthCalls, m => Assert.Equal(naive.CounterOf((int)m.ScopeNo - 1, m.Month.Number), m.Calls));
    });

    [Fact]
    public void Holds_the_calls_that_the_naive_bill_holds() => Property.Holds(UsageTale.Any, Rounds, tale =>
    {
        var held = new Dictionary<(string, string, string, long?), long>();
        foreach (var calls in Settler.Settle(tale.Input()).Held)
        {
            foreach (var (call, count) in EventsOf(tale, calls))
                held[(call.Source, call.Id, calls.Reason, calls.UnitPriceE10)] = held.GetValueOrDefault(
                    (call.Source, call.Id, calls.Reason, calls.UnitPriceE10)) + count;
        }

        var expected = new NaiveBill(tale).Held;
        Assert.Equal(expected.OrderBy(h => h.ToString(), StringComparer.Ordinal), held.OrderBy(h => h.ToString(), StringComparer.Ordinal));
    });

    /// <summary>
    /// Scopes are numbered in the order in which they are first seen. After an outage, this order differs from that of a worker that never stopped
    /// (2.4).
    /// </summary>
    [Fact]
    public void Tells_the_same_in_the_same_order_however_scopes_are_numbered() => Property.Holds(UsageTale.Any, Rounds, tale =>
    {
        var input = tale.Input();
        var reversed = input with { Scopes = [.. input.Scopes.Reverse()] };
        Assert.Equal(Settler.Settle(input).Notices.Select(n => (n.Name, n.Id)), Settler.Settle(reversed).Notices.Select(n => (n.Name, n.Id)));
    });

    [Fact]
    public void The_legs_of_a_movement_sum_to_zero_and_every_entry_says_what_is_after_it() => Property.Holds(UsageTale.Any, Rounds, tale =>
    {
        var plan = Settler.Settle(tale.Input());
        var (balance, remainder) = (plan.Before.BalanceE8, -plan.Before.RemainderE8);
        foreach (var (entry, i) in plan.Entries.Select((e, i) => (e, i)))
        {
            Assert.Equal(plan.Before.EntryCount + i + 1, entry.EntryNo);
            balance += entry.Book == Book.Balance ? entry.AmountE8 : 0;
            remainder += entry.Book == Book.Remainder ? entry.AmountE8 : 0;
            Assert.Equal(entry.Book switch { Book.Balance => balance, Book.Remainder => remainder, _ => 0 }, entry.AfterE8);
        }

        Assert.Equal((plan.After.BalanceE8, -plan.After.RemainderE8), (balance, remainder));
        Assert.All(plan.Entries.GroupBy(e => e.Cause), posting => Assert.Equal(0, posting.Sum(e => e.AmountE8)));
        var fees = plan.Rows.ToDictionary(r => plan.RowId(r.Line), r => r.FeeE8);
        Assert.All(plan.Entries, e => Assert.Contains(e.Cause, fees));
        Assert.All(fees.Where(f => f.Value > 0), f =>
            Assert.Equal(f.Value, plan.Entries.Where(e => e.Cause == f.Key && e.Book == Book.UsageRevenue).Sum(e => e.AmountE8)));
    });

    [Fact]
    public void Every_billable_call_is_in_one_place() => Property.Holds(UsageTale.Any, Rounds, tale =>
    {
        var plan = Settler.Settle(tale.Input());
        var billable = tale.Events.Where(e => UsageCall.IsBillable(e.Status)).Sum(e => e.Count);
        Assert.Equal(billable, plan.Rows.Sum(r => r.Calls ?? 0) + plan.Held.Sum(h => h.Calls));
        Assert.Equal(plan.Notices.Count, plan.Notices.DistinctBy(n => n.Id).Count());
    });

    private static NaiveRow RowOf(UsageTale tale, BillRow row)
    {
        var scope = tale.Scopes[row.ScopeNo!.Value - 1];
        var package = scope.Lots.SingleOrDefault(l => l.PackageNo == row.PackageNo)?.PackageId;
        return new NaiveRow(row.Hour!.Value.Number, scope.Api, scope.Region, row.Project, row.Kind, package, row.Calls!.Value, row.Use!.Value,
            row.FeeE8, row.DeductedE8, row.WrittenOffE8, row.Late);
    }

    private static IEnumerable<string> Sorted(IEnumerable<NaiveRow> rows) => rows.Select(r => r.ToString()).Order(StringComparer.Ordinal);

    /// <summary>The events that a storage would put into quarantine for "all except the first so many".</summary>
    private static IEnumerable<(Event Event, long Calls)> EventsOf(UsageTale tale, HeldCalls held)
    {
        var skip = held.Skip;
        foreach (var call in UsageTale.InOrder(
            tale.Events.Where(e =>
            e.Scope + 1 == held.ScopeNo && held.Piece.Contains(e.TimeUs) && e.Project == held.Project && e.Waived == held.Waived
            && e.Status / 100 == 2)))
        {
            var covered = Math.Min(skip, call.Count);
            skip -= covered;
            if (call.Count > covered)
                yield return (call, call.Count - covered);
        }
    }
}
