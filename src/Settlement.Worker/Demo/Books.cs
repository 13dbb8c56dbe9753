using System.Text.Json;
using Settlement.Domain.Ledger;
using Settlement.Domain.Money;
using Settlement.Domain.Usage;
using static Settlement.Worker.Demo.MonthResults;

namespace Settlement.Worker.Demo;

/// <summary>One thing that must hold, and whether it does.</summary>
internal sealed record Check(bool Holds, string Claim);

/// <summary>The proof that the books add up: it compares what the gateway counted with what the store holds.</summary>
internal static class Books
{
    public static IReadOnlyList<Check> Audit(MonthResults results, GatewayCount gateway) =>
    [
        BalancesAreSums(results), LegsSumToZero(results), SuccessfulCalls(results, gateway), FailedCalls(results, gateway), Lots(results),
        Fees(results),
        Sequences(results),
    ];

    private static Check BalancesAreSums(MonthResults results) => new(
        results.Accounts.All(a =>
            a.BalanceE8 == Sum(results, a.AccountNo, Book.Balance) && a.RemainderE8 == -Sum(results, a.AccountNo, Book.Remainder)),
        $"the balance of each of {results.Accounts.Count} accounts is the sum of its entries");

    private static Check LegsSumToZero(MonthResults results) => new(
        results.Entries.Values.Sum(e => e.Sum(x => x.AmountE8)) == 0,
        $"all {Number(results.Entries.Values.Sum(e => (long)e.Count))} entries of the ledger together sum to zero");

    private static Check SuccessfulCalls(MonthResults results, GatewayCount gateway)
    {
        var (byPackage, charged) = (results.Calls(RowKind.PackageUsage), results.Calls(RowKind.PayPerUse));
        var held = Counted(results).Where(h => UsageCall.IsBillable(h.Status ?? 0)).Sum(h => h.Calls);
        return new Check(
            gateway.SuccessfulCalls == byPackage + charged + held,
            $"the gateway counted {Number(gateway.SuccessfulCalls)} successful calls = {Number(byPackage)} by package + {Number(charged)} charged + {Number(held)} held");
    }

    private static Check FailedCalls(MonthResults results, GatewayCount gateway)
    {
        var held = Counted(results).Where(h => !UsageCall.IsBillable(h.Status ?? 0)).Sum(h => h.Calls);
        var tallied = results.Notices.Where(n => n.Name == Domain.Notices.NoticeName.HourSettled)
            .Sum(n => Data(n).GetProperty("notBillableCalls").GetInt64());
        return new Check(
            gateway.FailedCalls == tallied + held, $"it counted {Number(gateway.FailedCalls)} failed calls; all were tallied, none was charged");
    }

    private static Check Lots(MonthResults results) => new(
        results.Lots.Sum(l => l.Calls - l.Left) == results.Calls(RowKind.PackageUsage),
        $"{results.Lots.Count} lots have given exactly the calls that the bill says packages paid");

    private static Check Fees(MonthResults results)
    {
        var rows = results.Of(RowKind.PayPerUse).ToList();
        var (fees, deducted, remainders) = (rows.Sum(r => r.FeeE8), rows.Sum(r => r.DeductedE8), results.Accounts.Sum(a => a.RemainderE8));
        return new Check(
            fees == deducted + remainders && results.Of(RowKind.PayPerUse).All(r => Math.Abs(r.FeeE8 - r.Steps.Sum(s => s.FeeE8)) < r.Steps.Count),
            $"fees of {Grouped(Amount.Show(fees, 8, 2))} = {results.Money(deducted)} deducted + {Amount.Show(remainders, 8, 2)} carried on as remainders");
    }

    private static Check Sequences(MonthResults results) => new(
        results.Notices.GroupBy(n => n.AccountNo)
            .All(a => a.Select(n => n.Sequence).Order().SequenceEqual(Enumerable.Range(1, a.Count()).Select(i => (long)i))),
        $"{Number(results.Notices.Count)} notices are numbered without a gap, account by account");

    /// <summary>
    /// Held calls that the gateway counted: a conflict is a second version of a call that is already counted, and a malformed event is not a call.
    /// </summary>
    private static IEnumerable<Storage.Quarantine.QuarantineEntry> Counted(MonthResults results) =>
        results.Held.Where(h => h.Reason is not (HoldReason.Conflict or HoldReason.Malformed));

    private static long Sum(MonthResults results, long accountNo, Book book) =>
        results.Entries[accountNo].Where(e => e.Book == (long)book).Sum(e => e.AmountE8);

    public static JsonElement Data(Storage.Notices.NoticeLine notice) => JsonDocument.Parse(notice.Body).RootElement;
}
