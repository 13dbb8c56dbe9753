using System.Globalization;
using System.Security.Cryptography;
using Settlement.Domain.Ledger;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Storage.Notices;
using Settlement.Storage.Quarantine;
using Xunit;

namespace Settlement.Worker.Tests.Auditing;

/// <summary>What a store says happened, read through its own stores, and what must be true of it whatever happened.</summary>
internal sealed class Telling
{
    private const int Shown = 30;
    private static readonly string[] Kinds = ["purchase", "renewal", "auto-renewal", "adjustment", "package-usage", "pay-per-use"];

    public Telling(Session session)
    {
        Rows = [.. BillReader.Rows(session, new BillFilter()).OrderBy(r => r.AccountId, StringComparer.Ordinal).ThenBy(r => r.AccountVersion)
            .ThenBy(r => r.Line)];
        Accounts = AccountReader.All(session);
        Lots = AccountReader.AllLots(session);
        Entries = Accounts.ToDictionary(a => a.AccountId, a => BillReader.Entries(session, a.AccountNo), StringComparer.Ordinal);
        Held = QuarantineEntries.List(session);
        LedgerFaults = [.. Books.Faults(session)];
        Identities = HashOfIdentities(session);
        Notices = BillReader.Notices(session).ToLookup(n => n.AccountId, StringComparer.Ordinal);
    }

    public IReadOnlyList<BillLine> Rows { get; }

    public IReadOnlyList<Domain.Accounts.Account> Accounts { get; }

    public IReadOnlyList<Domain.Packages.Lot> Lots { get; }

    public Dictionary<string, List<EntryLine>> Entries { get; }

    public IReadOnlyList<QuarantineEntry> Held { get; }

    /// <summary>What an auditor finds wrong in the ledger.</summary>
    public IReadOnlyList<string> LedgerFaults { get; }

    /// <summary>A hash over the identities of all events and their contents.</summary>
    public string Identities { get; }

    /// <summary>By account; the store's own notices are under "".</summary>
    public ILookup<string, NoticeLine> Notices { get; }

    public IEnumerable<string> UsageRows => Rows.Where(r => r.UseHour is not null)
        .Select(r => ShowRow(r.AccountId, Kinds[r.Kind], r.Api!, r.UseHour!.Value.Number, r.Calls!.Value, Units(r.FeeE8), Units(r.DeductedE8)));

    public static string ShowRow(string account, string kind, string api, long hour, long calls, decimal fee, decimal deducted) =>
        string.Create(CultureInfo.InvariantCulture, $"{account}|{hour}|{api}|{kind}|{calls}|{fee:0.00000000}|{deducted:0.00}");

    /// <summary>Exactly the calls of the truth table, each paid or held, with prices and balances recomputed on paper.</summary>
    public void AreThoseOf(Story story)
    {
        var naive = NaiveBill.Of(story);
        Same(naive.Rows, UsageRows);
        Same(naive.Held, Held.Where(h => h.Reason == "not-subscribed")
            .GroupBy(h => (h.Account, h.Api, Hour: Domain.Time.BillingHour.Of(h.TimeUs!.Value).Number))
            .OrderBy(g => g.Key.Account, StringComparer.Ordinal).ThenBy(g => g.Key.Hour).ThenBy(g => g.Key.Api, StringComparer.Ordinal)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key.Account}|{g.Key.Api}|{g.Key.Hour}|{g.Sum(h => h.Calls)}")));
        Same(naive.Balances,
            Accounts.Select(a =>
            string.Create(CultureInfo.InvariantCulture, $"{a.AccountId}|{Units(a.BalanceE8):0.00000000}|{Units(a.RemainderE8):0.00000000}")));
        var calls = Rows.Where(r => r.UseHour is not null).Sum(r => r.Calls) + Held.Where(h => h.Reason == "not-subscribed").Sum(h => h.Calls);
        Assert.Equal(NasaDay.Calls, calls);
    }

    /// <summary>11 and 10: the ledger adds up, lots gave what rows say, notices have no gaps.</summary>
    public void AddUp()
    {
        Assert.Empty(LedgerFaults);
        foreach (var account in Accounts)
        {
            Assert.All(Entries[account.AccountId].GroupBy(e => (e.AccountVersion, e.Cause)), posting =>
                Assert.Equal(0, posting.Sum(e => e.AmountE8)));
            NoGaps(Notices[account.AccountId], account.NoticeCount);
        }

        NoGaps(Notices[""], Notices[""].Count());
        var drawn = Rows.Where(r => r.Kind == (long)RowKind.PackageUsage).ToLookup(r => (r.PackageId, r.LotNo), r => r.Calls!.Value);
        Assert.All(Lots, lot => Assert.Equal(lot.Calls - lot.Left, drawn[(lot.PackageId, lot.LotNo)].Sum()));
    }

    /// <summary>
    /// Everything that two tellings of one story must have in common: all but transaction times and whatever depends on numbers given in the order of
    /// arrival. What agents send by mistake is left out: how often it is told depends on the batch.
    /// </summary>
    public IEnumerable<string> Tell() =>
    [
        .. Rows.Select(r =>
            Line("row", r.AccountId, Kinds[r.Kind], r.Api, r.Region, r.ResourceName, r.Project, r.PackageId, r.LotNo, r.UseStartUs, r.UseEndUs,
            r.Calls, r.Late,
            r.FeeE8, r.DeductedE8, r.WrittenOffE8, string.Join(';', r.Steps.Select(s => $"{s.Calls}x{s.UnitPriceE10}={s.FeeE8}")))),
        .. Accounts.Select(a => Line("account", a.AccountId, a.Version, a.BalanceE8, a.RemainderE8, a.State)),
        .. Entries.SelectMany(e => e.Value.Select(x => Line("entry", e.Key, x.EntryNo, x.AccountVersion, x.Book, x.AmountE8, x.AfterE8))),
        .. Lots.Select(l => Line("lot", l.PackageId, l.LotNo, l.StartUs, l.EndUs, l.Calls, l.Left, l.PriceE8)),
        .. Held.Where(h => h.Reason != "malformed").OrderBy(h => h.EventId, StringComparer.Ordinal)
            .Select(h =>
                Line("held", h.Reason, h.Source, h.EventId, h.Account, h.Api, h.Region, h.Project, h.TimeUs, h.Status, h.Calls, h.UnitPriceE10)),
        .. Notices.Where(n => n.Key.Length > 0).OrderBy(n => n.Key, StringComparer.Ordinal)
            .SelectMany(n => n.OrderBy(x => x.Sequence).Select(x => Line("notice", n.Key, x.Sequence, x.Name, x.PackageId))),
        Identities,
    ];

    /// <summary>Shows the first difference and a few more instead of thousands of lines.</summary>
    public static void Same(IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (left, right) = (expected.ToList(), actual.ToList());
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            if (i >= left.Count || i >= right.Count || left[i] != right[i])
            {
                Assert.Fail($"""
                    {left.Count} expected, {right.Count} found; the first difference is number {i + 1}:
                    expected {(i < left.Count ? left[i] : "nothing")}
                    found    {(i < right.Count ? right[i] : "nothing")}
                    only expected:
                    {string.Join('\n', left.Except(right, StringComparer.Ordinal).Take(Shown))}
                    only found:
                    {string.Join('\n', right.Except(left, StringComparer.Ordinal).Take(Shown))}
                    """);
            }
        }
    }

    private static string Line(params object?[] fields) => string.Join('|', fields.Select(f => Convert.ToString(f, CultureInfo.InvariantCulture)));

    private static string HashOfIdentities(Session session)
    {
        using var command = session.Connection.CreateCommand();
        command.CommandText = "SELECT IdHash, ContentHash FROM EventIdentity ORDER BY IdHash";
        using var reader = command.ExecuteReader();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var count = 0;
        for (; reader.Read(); count++)
        {
            hash.AppendData((byte[])reader[0]);
            hash.AppendData((byte[])reader[1]);
        }

        return $"{count} identities {Convert.ToHexString(hash.GetHashAndReset())}";
    }

    private static decimal Units(long e8) => e8 / 100_000_000m;

    private static void NoGaps(IEnumerable<NoticeLine> notices, long count) =>
        Assert.Equal(Enumerable.Range(1, (int)count), notices.Select(n => (int)n.Sequence).Order());
}
