using Settlement.Domain.Ledger;
using Settlement.Domain.Time;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;

namespace Settlement.Worker.Tests;

/// <summary>
/// Goes through a store's books as an auditor would: the ledger adds up, the bill agrees with the ledger, and every call of a known count was settled
/// once. Each method returns what is wrong, for people; nothing when all is well.
/// </summary>
internal static class Books
{
    /// <summary>Legs sum to zero, balances and remainders are the sums of their entries in order, and rows and entries agree (5.4, 11).</summary>
    public static IEnumerable<string> Faults(Session session)
    {
        var rows = BillReader.Rows(session, new BillFilter()).ToLookup(r => r.AccountNo);
        foreach (var account in AccountReader.All(session))
        {
            var entries = BillReader.Entries(session, account.AccountNo);
            var name = account.AccountId;
            if (!entries.Select(e => e.EntryNo).SequenceEqual(Enumerable.Range(1, entries.Count).Select(n => (long)n))
                || entries.Count != account.EntryCount)
                yield return $"{name}: the entries are not numbered 1 to {account.EntryCount}";
            if (Sum(entries) != 0)
                yield return $"{name}: the entries sum to {Sum(entries)}, not to zero";
            foreach (var (book, held) in new[] { (Book.Balance, account.BalanceE8), (Book.Remainder, -account.RemainderE8) })
            {
                var own = entries.Where(e => e.Book == (long)book).ToList();
                if (Sum(own) != held)
                    yield return $"{name}: the entries of {book} sum to {Sum(own)}, the account has {held}";
                Int128 after = 0;
                foreach (var entry in own.Where(entry => (after += entry.AmountE8) != entry.AfterE8))
                    yield return $"{name}: after entry {entry.EntryNo} {book} is {after}, the entry says {entry.AfterE8}";
            }

            foreach (var fault in RowFaults(name, rows[account.AccountNo], entries, account.RemainderE8))
                yield return fault;
        }
    }

    /// <summary>Billable calls by account, API and hour: exactly those of the truth, and no more rows.</summary>
    public static IEnumerable<string> CallFaults(Session session, IReadOnlyDictionary<(string Account, string Api, long Hour), long> truth)
    {
        var settled = BillReader.Rows(session, new BillFilter()).Where(r => r.UseHour is not null)
            .GroupBy(r => (r.AccountId, Api: r.Api!, Hour: r.UseHour!.Value.Number)).ToDictionary(g => g.Key, g => g.Sum(r => r.Calls!.Value));
        foreach (var (key, calls) in truth.Where(t => settled.GetValueOrDefault(t.Key) != t.Value))
            yield return $"{key.Account} {key.Api} {Instant.Show(new BillingHour(key.Hour).StartUs, 0)}: {settled.GetValueOrDefault(key)} calls were settled, {calls} were made";
        foreach (var (key, calls) in settled.Where(s => !truth.ContainsKey(s.Key)))
            yield return $"{key.AccountId} {key.Api} {Instant.Show(new BillingHour(key.Hour).StartUs, 0)}: {calls} calls were settled, none was made";
    }

    private static IEnumerable<string> RowFaults(string name, IEnumerable<BillLine> rows, List<EntryLine> entries, long remainderE8)
    {
        Int128 owed = 0, deducted = 0;
        foreach (var row in rows)
        {
            deducted += row.DeductedE8;
            if (row.Kind == (long)RowKind.PayPerUse)
                owed += (Int128)row.FeeE8 - row.DeductedE8 - row.WrittenOffE8;
            if (row.Kind == (long)RowKind.PayPerUse && row.Steps.Sum(s => s.Calls) != row.Calls)
                yield return $"{name}: the tier steps of row {row.AccountVersion}-{row.Line} have not its calls";
        }

        if (owed != remainderE8)
            yield return $"{name}: the rows leave a remainder of {owed}, the account has {remainderE8}";
        var moved = Sum(entries.Where(e => e.Book == (long)Book.Balance)) + Sum(entries.Where(e => e.Book == (long)Book.TopUps));
        if (moved != -deducted)
            yield return $"{name}: the rows deduct {deducted}, the ledger {-moved}";
    }

    private static Int128 Sum(IEnumerable<EntryLine> entries) => entries.Aggregate((Int128)0, (sum, e) => sum + e.AmountE8);
}
