using Settlement.Domain.Accounts;
using Settlement.Domain.Ledger;
using Settlement.Domain.Money;
using Settlement.Domain.Packages;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Storage.Notices;
using Settlement.Storage.Quarantine;

namespace Settlement.Worker.Demo;

/// <summary>What the store holds when the month has been played: read back, nothing remembered.</summary>
internal sealed record MonthResults(
    Currency Currency,
    IReadOnlyList<Account> Accounts,
    IReadOnlyList<BillLine> Rows,
    IReadOnlyDictionary<long, List<EntryLine>> Entries,
    IReadOnlyList<Lot> Lots,
    IReadOnlyList<NoticeLine> Notices,
    IReadOnlyList<RefusalLine> Refusals,
    IReadOnlyList<QuarantineEntry> Held)
{
    public static MonthResults Of(SettlementStore store) => store.Read(session =>
    {
        var accounts = AccountReader.All(session);
        return new MonthResults(
            store.Terms.Read(session, StoreState.Of(session)).Catalog.Currency,
            accounts,
            BillReader.Rows(session, new BillFilter()),
            accounts.ToDictionary(a => a.AccountNo, a => BillReader.Entries(session, a.AccountNo)),
            AccountReader.AllLots(session),
            BillReader.Notices(session),
            BillReader.Refusals(session),
            QuarantineEntries.List(session));
    });

    public IEnumerable<BillLine> Of(RowKind kind) => Rows.Where(r => r.Kind == (long)kind);

    public long Calls(RowKind kind) => Of(kind).Sum(r => r.Calls ?? 0);

    public string Plain(Int128 e8) => Amount.ShowFixed(e8, 8, Currency.Decimals);

    public string Money(Int128 e8) => Grouped(Plain(e8));

    /// <summary>Decimal text with the thousands separated.</summary>
    public static string Grouped(string amount)
    {
        var point = amount.IndexOf('.', StringComparison.Ordinal) is var at and >= 0 ? at : amount.Length;
        var text = new System.Text.StringBuilder(amount);
        for (var i = point - 3; i > 0 && char.IsAsciiDigit(amount[i - 1]); i -= 3)
            text.Insert(i, ',');
        return text.ToString();
    }

    public static string Number(long number) => number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
}
