using Settlement.Domain.Accounts;
using Settlement.Domain.Ledger;
using Settlement.Domain.Money;
using Settlement.Domain.Notices;
using Settlement.Domain.Packages;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;

namespace Settlement.Domain.Plans;

/// <summary>The settings and catalog a decision was made with. Their versions are recorded with every account-hour.</summary>
public sealed record Terms(long SettingsVersion, BillingSettings Settings, long CatalogVersion, Catalog Catalog);

/// <summary>
/// The two instants of a step: when it was due, which is what decides, and when it is actually done, which is the transaction time (2.4).
/// </summary>
public readonly record struct StepTime(long DueUs, long NowUs);

/// <summary>
/// Calls to hold at closing (5.5): those of one project in a piece of an hour, except the first <see cref="Skip"/> in the order of 4.1.
/// </summary>
public sealed record HeldCalls(long ScopeNo, Period Piece, string? Project, bool Waived, long Skip, long Calls, string Reason, long? UnitPriceE10);

public sealed record SubscriptionChange(long ScopeNo, long StartUs, long EndUs);

/// <param name="IsFirst">Whether no calls were counted for the month before this.</param>
public sealed record MonthCalls(long ScopeNo, BillingMonth Month, long Calls, bool IsFirst);

/// <summary>A draw. Calls are only taken, and never more than are left.</summary>
public sealed record LotLeft
{
    public LotLeft(long packageNo, long lotNo, long leftBefore, long leftAfter)
    {
        if (leftAfter < 0 || leftAfter >= leftBefore)
            throw new InvalidOperationException($"Lot {lotNo} of package number {packageNo} can't go from {leftBefore} calls left to {leftAfter}.");
        (PackageNo, LotNo, LeftBefore, LeftAfter) = (packageNo, lotNo, leftBefore, leftAfter);
    }

    public long PackageNo { get; }

    public long LotNo { get; }

    public long LeftBefore { get; }

    public long LeftAfter { get; }
}

/// <summary>An attempt at automatic renewal, at its due instant (8.3).</summary>
public sealed record RenewalAttempt(long PackageNo, long LotNo, long SlotUs, bool Renewed, long ShortfallE8);

/// <summary>
/// Everything that one decision changes about one account. The decision builds it; storage writes it in one transaction, guarded by the version at
/// which the account was loaded.
/// </summary>
public sealed class Plan(Account account, Terms terms, StepTime time)
{
    private readonly List<BillRow> rows = [];
    private readonly List<Entry> entries = [];
    private readonly List<Notice> notices = [];

    public Account Before { get; } = account;

    public Account After { get; set; } = account;

    /// <summary>The account as it will be loaded once the plan is written.</summary>
    public Account Written =>
        After with { Version = Before.Version + 1, EntryCount = Before.EntryCount + entries.Count, NoticeCount = Before.NoticeCount + notices.Count };

    public Terms Terms { get; } = terms;

    public StepTime Time { get; } = time;

    public BillingZone Zone => Terms.Settings.TimeZone;

    public IReadOnlyList<BillRow> Rows => rows;

    public IReadOnlyList<Entry> Entries => entries;

    public IReadOnlyList<Notice> Notices => notices;

    public List<Scope> ChangedScopes { get; } = [];

    public List<Scope> NewScopes { get; } = [];

    public List<SubscriptionChange> SubscriptionStarts { get; } = [];

    public List<SubscriptionChange> SubscriptionEnds { get; } = [];

    public List<MonthCalls> MonthCalls { get; } = [];

    public List<LotLeft> LotsLeft { get; } = [];

    public List<Lot> NewLots { get; } = [];

    public Package? NewPackage { get; set; }

    public Package? ChangedPackage { get; set; }

    public List<AgendaEntry> Agenda { get; } = [];

    public List<HeldCalls> Held { get; } = [];

    public RenewalAttempt? Attempt { get; set; }

    /// <summary>
    /// Why the step can't be done with the account as it is: an amount out of bounds (2.5). Null for a plan that may be written. What else such a plan
    /// contains means nothing.
    /// </summary>
    public string? Fault { get; private set; }

    /// <summary>False for a step whose reason has gone: nothing is written, not even a new version.</summary>
    public bool ChangesAnything =>
        After != Before || rows.Count > 0 || notices.Count > 0 || entries.Count > 0 || ChangedScopes.Count > 0 || Agenda.Count > 0
        || SubscriptionEnds.Count > 0;

    /// <summary>The id that the row will have; for causes and notices.</summary>
    public string RowId(long line) => Ids.Row(Before.AccountNo, Before.Version + 1, line);

    public string Add(BillRow row)
    {
        rows.Add(row);
        return RowId(row.Line);
    }

    public long NextLine => rows.Count + 1;

    public void Tell(Notice notice) => notices.Add(notice);

    public string ShowAmount(Int128 e8) => Amount.ShowFixed(e8, 8, Terms.Catalog.Currency.Decimals);

    /// <summary>The step can't be done. The first reason stands.</summary>
    public void Fail(string fault) => Fault ??= fault;

    /// <summary>Posts the legs of one movement; they must sum to zero. A balance out of bounds is a <see cref="Fault"/>.</summary>
    public void Post(string cause, params ReadOnlySpan<(Book Book, long AmountE8)> legs)
    {
        if (Fault is not null)
            return;
        Int128 sum = 0;
        foreach (var (book, amount) in legs)
        {
            sum += amount;
            if (amount == 0)
                continue;
            After = book switch
            {
                Book.Balance => After with { BalanceE8 = After.BalanceE8 + amount },
                Book.Remainder => After with { RemainderE8 = After.RemainderE8 - amount },
                _ => After,
            };
            var after = book switch { Book.Balance => After.BalanceE8, Book.Remainder => -After.RemainderE8, _ => 0 };
            entries.Add(new Entry(Before.EntryCount + entries.Count + 1, book, amount, after, cause));
        }

        if (sum != 0)
            throw new InvalidOperationException($"The legs of {cause} sum to {sum}, not to zero (11).");
        if (Math.Abs(After.BalanceE8) > Amount.MaxBalanceE8)
            Fail($"The balance of account {Before.AccountId} would exceed {Amount.ShowE8(Amount.MaxBalanceE8)}.");
    }
}
