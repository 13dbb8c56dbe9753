using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Storage.Quarantine;

namespace Settlement.Engine.Usage;

/// <summary>What a release had done by the end of the transaction that began it.</summary>
/// <param name="Released">The number of entries stored as usage in that transaction.</param>
/// <param name="Waiting">The numbers of the releases that are still to be done, in pieces.</param>
public sealed record ReleaseBegun(long Released, IReadOnlyList<long> Waiting);

/// <summary>
/// Passes held calls on to their closing (7.3). Opening an account or applying a catalog may release a million of them, and holds the guard of the
/// closed hours exclusively. The first ones are released in that transaction. The rest is recorded and done in pieces that take the guard like any
/// usage, so that intake continues between two pieces. No hour closes before all of it is done, so the books are the same as if everything had been
/// released at once.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="usage">Where released calls are stored.</param>
/// <param name="most">Entries per piece. More than 1,000 would need more parameters than SQL Server accepts.</param>
public sealed class Releases(SettlementStore store, UsageArrivals usage, int most = Releases.EntriesPerPiece)
{
    public const int EntriesPerPiece = 1000;
    private static readonly TimeSpan BetweenPieces = TimeSpan.FromMilliseconds(5);
    private static readonly string[] OfCatalog = [HoldReason.UnknownApi, HoldReason.UnknownRegion, HoldReason.NoPrice];

    /// <summary>When the oldest unfinished release was begun; null: there is none.</summary>
    public static long? WaitingSinceUs(Session session) => session.One<ReleaseTask>("quarantine/next-release")?.SinceUs;

    /// <summary>Releases held entries. The check that held an entry is waived; later checks are made as of its first arrival.</summary>
    /// <returns>For each entry, in order: null if it was released, otherwise the reason why not.</returns>
    public IReadOnlyList<string?> Release(Session session, IReadOnlyList<QuarantineEntry> entries, long nowUs, string by)
    {
        store.Engine.TakeGuard(session, exclusive: false);
        var state = StoreState.Of(session);
        var terms = store.Terms.Read(session, state);
        var verdicts = entries.Select(e => Judge(session, state, terms, e)).ToList();
        session.ExecuteEach("quarantine/hold-again", verdicts.Where(v => v.HeldFor is not null)
            .Select(v => new { v.Entry.QuarantineNo, Reason = v.HeldFor }));
        var free = verdicts.FindAll(v => v.Cause is null);
        var decided = session.ExecuteEach("quarantine/decide", free.Select(v => new
        {
            v.Entry.QuarantineNo, State = "released", AtUs = nowUs, By = QuarantineEntries.Cut(by), Because = (string?)null,
        }));
        foreach (var late in free.Where((_, i) => decided[i] != 1))
            late.Cause = "is not held";
        usage.Keep(session, state, free.Where(v => v.Cause is null)
            .Select(v => (v.Call!, v.AccountNo, v.Entry.ArrivedUs, v.Entry.QuarantineNo, v.Waived)));
        return verdicts.ConvertAll(v => v.Cause);
    }

    /// <summary>Releases what was held for an account that is open now.</summary>
    public ReleaseBegun ForAccount(Session session, string account, long nowUs) =>
        Begin(session,
            [new ReleaseTask { Reason = HoldReason.UnknownAccount, Account = account, SinceUs = nowUs, DecidedBy = "open-account",
            UpToNo = long.MaxValue }]);

    /// <summary>Releases what was held for lack of an API, a region or a price that the catalog has now.</summary>
    public ReleaseBegun ForCatalog(Session session, long nowUs) => Begin(session, Array.ConvertAll(OfCatalog, reason => new ReleaseTask
    {
        // What is held from here on is held in spite of the catalog.
        Reason = reason, SinceUs = nowUs, DecidedBy = "catalog", UpToNo = session.One<long?>("quarantine/last").GetValueOrDefault(),
    }));

    /// <summary>Does everything that is waiting, whoever began it, one piece per transaction.</summary>
    /// <param name="claim">The claim under which it is done, if any.</param>
    /// <param name="cancel">Checked between two pieces; the rest keeps waiting.</param>
    public void Finish(WorkClaim? claim = null, CancellationToken cancel = default)
    {
        while (store.Read(WaitingSinceUs) is not null)
        {
            cancel.ThrowIfCancellationRequested();
            Step(claim);
            // On SQLite, whoever releases the writer's turn would get it back before anyone waiting for it has woken up.
            Thread.Sleep(BetweenPieces);
        }
    }

    /// <summary>The total number of entries that a release released, once it is finished.</summary>
    public long Finish(ReleaseBegun begun)
    {
        Finish();
        return store.Read(session => begun.Released + begun.Waiting.Sum(no => session.One<long>("quarantine/released", new { ReleaseNo = no })));
    }

    /// <summary>Does the next waiting piece; false if there is none.</summary>
    public bool Step(WorkClaim? claim = null) => store.Write(
        session =>
        {
            store.Engine.TakeGuard(session, exclusive: false);
            if (session.One<ReleaseTask>("quarantine/next-release") is not { } task)
                return false;
            var piece = Do(session, task);
            var through = new { task.ReleaseNo, task.AfterNo, piece.ThroughNo, Entries = piece.Released, Done = piece.IsLast ? 1L : 0L };
            if (session.Execute("quarantine/release-through", through) != 1)
                throw new LateWriterException($"Release {task.ReleaseNo} is no longer at entry {task.AfterNo}.");
            return true;
        },
        claim);

    private ReleaseBegun Begin(Session session, IEnumerable<ReleaseTask> tasks)
    {
        long released = 0;
        var waiting = new List<long>();
        foreach (var task in tasks)
        {
            var piece = Do(session, task);
            released += piece.Released;
            if (piece.IsLast)
                continue;
            var no = session.One<long?>("quarantine/last-release").GetValueOrDefault() + 1;
            session.Execute("quarantine/add-release",
                new { ReleaseNo = no, task.Reason, task.Account, task.SinceUs, task.DecidedBy, AfterNo = piece.ThroughNo, task.UpToNo });
            waiting.Add(no);
        }

        return new ReleaseBegun(released, waiting);
    }

    private Piece Do(Session session, ReleaseTask task)
    {
        var entries = session.Rows<QuarantineEntry>(
            task.Account is null ? "quarantine/held-for-reason" : "quarantine/held-for-account",
            new { task.Reason, task.Account, task.AfterNo, task.UpToNo, Most = (long)most });
        if (entries.Count == 0)
            return new Piece(0, task.UpToNo, IsLast: true);
        var catalog = store.Terms.Read(session, StoreState.Of(session)).Catalog;
        var supplied = entries.FindAll(e => IsSupplied(catalog, e));
        var released = Release(session, supplied, task.SinceUs, task.DecidedBy).Count(cause => cause is null);
        return new Piece(released, entries[^1].QuarantineNo, IsLast: entries.Count < most);
    }

    private static bool IsSupplied(Catalog catalog, QuarantineEntry entry) => entry.Reason switch
    {
        HoldReason.UnknownApi => catalog.HasApi(entry.Api!),
        HoldReason.UnknownRegion => catalog.HasRegion(entry.Region!),
        HoldReason.NoPrice => catalog.PriceAt(entry.Api!, entry.Region!, BillingHour.LastOnTheHourUs(entry.TimeUs!.Value)) is not null,
        _ => true,
    };

    private Verdict Judge(Session session, StoreState state, Terms terms, QuarantineEntry entry)
    {
        if (entry.State != QuarantineEntry.Held)
            return new Verdict(entry) { Cause = "is not held" };
        if (entry is not { TimeUs: { } timeUs, Status: { } status } || entry.Reason == HoldReason.Malformed)
            return new Verdict(entry) { Cause = "is malformed: there is no call to release, it can only be discarded" };
        if (entry.Reason == HoldReason.TooOld && KeptSpan.IsForgotten(state.KeptFromUs, terms.Settings, state.LastRunUs, timeUs))
            return new Verdict(entry) { Cause = "is forgotten: usage of its time has left the store, so nobody can tell whether it was billed before; it can only be discarded" };
        if (usage.Scopes.AccountNo(session, entry.Account!) is not { } accountNo)
            return new Verdict(entry) { Cause = $"account {entry.Account} is unknown" };
        if (StillHeld(terms, entry, timeUs) is { } reason)
            return new Verdict(entry) { Cause = $"is held again: {reason}", HeldFor = reason };
        return new Verdict(entry)
        {
            AccountNo = accountNo,
            Call = new UsageCall(
                entry.Source!, entry.EventId!, entry.Account!, entry.Api!, entry.Region!, timeUs, (int)status, entry.Calls, entry.Project),
            Waived = entry.Waived != 0 || entry.Reason == HoldReason.NotSubscribed,
        };
    }

    /// <summary>The next check that holds the entry, if any. The waived check and those before it are not made again.</summary>
    private static string? StillHeld(Terms terms, QuarantineEntry entry, long timeUs)
    {
        var waivesApi = entry.Reason is HoldReason.UnknownApi;
        var waivesRegion = entry.Reason is HoldReason.UnknownRegion;
        var known = new KnownNames(true, waivesApi || terms.Catalog.HasApi(entry.Api!), waivesRegion || terms.Catalog.HasRegion(entry.Region!));
        var reason = Judging.Judge(known, terms.Settings, timeUs, entry.ArrivedUs);
        var past = entry.Reason is HoldReason.TooOld or HoldReason.InFuture or HoldReason.NotSubscribed or HoldReason.NoPrice;
        return past && (reason is HoldReason.TooOld or HoldReason.InFuture) ? null : reason;
    }

    /// <summary>The outcome for an entry.</summary>
    private sealed class Verdict(QuarantineEntry entry)
    {
        public QuarantineEntry Entry { get; } = entry;

        /// <summary>Why the entry is not released.</summary>
        public string? Cause { get; set; }

        /// <summary>The reason for which the entry is held from now on.</summary>
        public string? HeldFor { get; init; }

        public UsageCall? Call { get; init; }

        public long AccountNo { get; init; }

        public bool Waived { get; init; }
    }

    /// <param name="ThroughNo">The last entry that was looked at.</param>
    private readonly record struct Piece(long Released, long ThroughNo, bool IsLast);

    private sealed class ReleaseTask
    {
        public long ReleaseNo { get; init; }

        public string Reason { get; init; } = "";

        /// <summary>Null: all accounts.</summary>
        public string? Account { get; init; }

        public long SinceUs { get; init; }

        public string DecidedBy { get; init; } = "";

        public long AfterNo { get; init; }

        public long UpToNo { get; init; }
    }
}
