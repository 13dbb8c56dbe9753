using System.Text.Json;
using Settlement.Domain.Ledger;
using Settlement.Domain.Money;
using Settlement.Domain.Usage;
using static Settlement.Worker.Demo.Figures;

namespace Settlement.Worker.Demo;

/// <summary>One thing that must hold, and whether it does.</summary>
internal sealed record Check(bool Holds, string Claim);

/// <summary>The proof that the books add up, from what the gateway counted on its side and what the store holds on this one.</summary>
internal static class Books
{
    public static IReadOnlyList<Check> Audit(Figures figures, GatewayCount gateway) =>
    [
        BalancesAreSums(figures), LegsSumToZero(figures), SuccessfulCalls(figures, gateway), FailedCalls(figures, gateway), Lots(figures), Fees(figures),
        Sequences(figures),
    ];

    private static Check BalancesAreSums(Figures figures) => new(
        figures.Accounts.All(a => a.BalanceE8 == Sum(figures, a.AccountNo, Book.Balance) && a.RemainderE8 == -Sum(figures, a.AccountNo, Book.Remainder)),
        $"the balance of each of {figures.Accounts.Count} accounts is the sum of its entries");

    private static Check LegsSumToZero(Figures figures) => new(
        figures.Entries.Values.Sum(e => e.Sum(x => x.AmountE8)) == 0,
        $"all {Number(figures.Entries.Values.Sum(e => (long)e.Count))} entries of the ledger together sum to zero");

    private static Check SuccessfulCalls(Figures figures, GatewayCount gateway)
    {
        var (byPackage, charged) = (figures.Calls(RowKind.PackageUsage), figures.Calls(RowKind.PayPerUse));
        var held = Counted(figures).Where(h => UsageCall.IsBillable(h.Status ?? 0)).Sum(h => h.Calls);
        return new Check(
            gateway.SuccessfulCalls == byPackage + charged + held,
            $"the gateway counted {Number(gateway.SuccessfulCalls)} successful calls = {Number(byPackage)} by package + {Number(charged)} charged + {Number(held)} held");
    }

    private static Check FailedCalls(Figures figures, GatewayCount gateway)
    {
        var held = Counted(figures).Where(h => !UsageCall.IsBillable(h.Status ?? 0)).Sum(h => h.Calls);
        var tallied = figures.Notices.Where(n => n.Name == Domain.Notices.NoticeName.HourSettled).Sum(n => Data(n).GetProperty("notBillableCalls").GetInt64());
        return new Check(
            gateway.FailedCalls == tallied + held, $"it counted {Number(gateway.FailedCalls)} failed calls; all were tallied, none was charged");
    }

    private static Check Lots(Figures figures) => new(
        figures.Lots.Sum(l => l.Calls - l.Left) == figures.Calls(RowKind.PackageUsage),
        $"{figures.Lots.Count} lots have given exactly the calls that the bill says packages paid");

    private static Check Fees(Figures figures)
    {
        var rows = figures.Of(RowKind.PayPerUse).ToList();
        var (fees, deducted, remainders) = (rows.Sum(r => r.FeeE8), rows.Sum(r => r.DeductedE8), figures.Accounts.Sum(a => a.RemainderE8));
        return new Check(
            fees == deducted + remainders && figures.Of(RowKind.PayPerUse).All(r => Math.Abs(r.FeeE8 - r.Steps.Sum(s => s.FeeE8)) < r.Steps.Count),
            $"fees of {Grouped(Amount.Show(fees, 8, 2))} = {figures.Money(deducted)} deducted + {Amount.Show(remainders, 8, 2)} carried on as remainders");
    }

    private static Check Sequences(Figures figures) => new(
        figures.Notices.GroupBy(n => n.AccountNo).All(a => a.Select(n => n.Sequence).Order().SequenceEqual(Enumerable.Range(1, a.Count()).Select(i => (long)i))),
        $"{Number(figures.Notices.Count)} notices are numbered without a gap, account by account");

    /// <summary>Held calls that the gateway counted: a conflict is a second version of one that counts already, and what is malformed is no call.</summary>
    private static IEnumerable<Storage.Ingest.QuarantineEntry> Counted(Figures figures) =>
        figures.Held.Where(h => h.Reason is not (HoldReason.Conflict or HoldReason.Malformed));

    private static long Sum(Figures figures, long accountNo, Book book) => figures.Entries[accountNo].Where(e => e.Book == (long)book).Sum(e => e.AmountE8);

    public static JsonElement Data(Storage.Bills.NoticeLine notice) => JsonDocument.Parse(notice.Body).RootElement;
}
