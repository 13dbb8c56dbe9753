using Settlement.Domain.Ledger;

namespace Settlement.Worker.Demo;

/// <summary>The demo for programs: <c>--output json</c>.</summary>
internal sealed record DemoView(IReadOnlyList<AccountMonth> Accounts, IReadOnlyList<HeldView> Quarantine, IReadOnlyList<Check> Checks)
{
    public static DemoView Of(MonthResults results, IReadOnlyList<Check> checks) => new(
        [.. results.Accounts.Select(a =>
            AccountMonth.Of(results, AccountBill.Of(a.AccountId, results.Rows.Where(r => r.AccountNo == a.AccountNo), a.BalanceE8)))],
        [.. results.Held.GroupBy(h => h.Reason, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g =>
                new HeldView(g.Key, g.Count(), g.Sum(h => h.Calls), results.Plain(g.Aggregate((Int128)0, (sum, h) => sum + (h.ValueE8 ?? 0)))))],
        checks);
}

internal sealed record AccountMonth(string Account, long Calls, long PackageCalls, string Packages, string PayPerUse, string Balance)
{
    public static AccountMonth Of(MonthResults results, AccountBill bill) => new(
        bill.Account, bill.Calls, bill.ByPackage, results.Plain(bill.PackagesE8), results.Plain(bill.ChargedE8), results.Plain(bill.BalanceE8));
}

internal sealed record HeldView(string Reason, long Events, long Calls, string Value);

/// <summary>The month's bill of one account, or of all; amounts in 1e-8.</summary>
internal sealed record AccountBill(string Account, long Calls, long ByPackage, long PackagesE8, long ChargedE8, long BalanceE8)
{
    public static AccountBill Of(string account, IEnumerable<Storage.Bills.BillLine> rows, long balanceE8)
    {
        var june = rows.Where(r => r.Cycle == Calendar.Month).ToLookup(r => (RowKind)r.Kind);
        var byPackage = june[RowKind.PackageUsage].Sum(r => r.Calls ?? 0);
        return new AccountBill(
            account,
            byPackage + june[RowKind.PayPerUse].Sum(r => r.Calls ?? 0),
            byPackage,
            june[RowKind.Purchase].Concat(june[RowKind.Renewal]).Concat(june[RowKind.AutoRenewal]).Sum(r => r.DeductedE8),
            june[RowKind.PayPerUse].Sum(r => r.DeductedE8),
            balanceE8);
    }
}
