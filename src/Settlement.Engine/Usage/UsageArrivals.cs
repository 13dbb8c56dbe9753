using System.Collections.Concurrent;
using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Usage;

/// <summary>An event as it was read and the instant it arrived.</summary>
public readonly record struct Arrival(ReadEvent Event, long ArrivedUs);

/// <summary>The outcome for the events of one batch; each event is counted once.</summary>
public readonly record struct IngestCounts(long Accepted, long Duplicate, long NotBillable, long Quarantined)
{
    public long Events => Accepted + Duplicate + NotBillable + Quarantined;

    public static IngestCounts operator +(IngestCounts a, IngestCounts b) =>
        new(a.Accepted + b.Accepted, a.Duplicate + b.Duplicate, a.NotBillable + b.NotBillable, a.Quarantined + b.Quarantined);
}

/// <summary>Stores arriving usage: claims identities, judges what is new, and keeps it in the hour that will settle it (7).</summary>
public sealed class UsageArrivals(SettlementStore store)
{
    private static readonly string[] UsageColumns =
        ["SettleSlot", "AccountNo", "ScopeNo", "UseHour", "ProjectNo", "TimeUs", "SourceNo", "EventId", "Part", "Status", "Calls", "Waived", "ArrivedUs"];

    private const int HashesWorthAThread = 1_000;

    private readonly ScopeNumbers scopes = new(store.Engine, store.Words);

    public ScopeNumbers Scopes => scopes;

    /// <summary>Called once for each batch that is committed, with the times of the calls that were stored in it.</summary>
    public Action<IReadOnlyList<long>>? Stored { get; set; }

    /// <summary>Stores the whole batch in one transaction. The caller acknowledges after this returns.</summary>
    /// <param name="tries">The largest number of tries, in case another writer was first.</param>
    public IngestCounts Store(IReadOnlyList<Arrival> arrivals, int tries = SettlementStore.Attempts)
    {
        var calls = arrivals.Where(a => a.Event.Call is not null).ToArray();
        var claims = Claims(calls);
        return store.Write(session => Store(session, arrivals, calls, claims), tries: tries);
    }

    private IngestCounts Store(Session session, IReadOnlyList<Arrival> arrivals, Arrival[] calls, NewIdentity[] hashed)
    {
        store.Engine.TakeGuard(session, exclusive: false);
        var state = StoreState.Of(session);
        var batch = new Batch(session, store.Terms.Read(session, state), state, new ArrivalHolds(store, session));
        var claims = new NewIdentity[calls.Length];
        for (var i = 0; i < calls.Length; i++)
            claims[i] = hashed[i] with { AccountNo = scopes.AccountNo(session, calls[i].Event.Call!.Account) ?? 0 };
        var claimed = store.Engine.ClaimIdentities(session, claims);
        for (var i = 0; i < calls.Length; i++)
            Take(batch, calls[i], claims[i], claimed[i]);
        foreach (var arrival in arrivals.Where(a => a.Event.Malformed is not null))
        {
            if (!batch.Holds.Malformed(batch.Terms, arrival.Event.Malformed!, arrival.ArrivedUs))
                batch.Duplicate++;
        }

        batch.Rows.Sort(UsageRow.KeyOrder);
        store.Engine.Insert(session, "Usage", UsageColumns, batch.Rows.Select(r => r.Values()));
        batch.Holds.Tell(batch.Terms);
        if (Stored is { } stored && batch.Rows.Count > 0)
            session.OnCommit(() => stored(batch.Rows.ConvertAll(r => r.TimeUs)));
        return new IngestCounts(batch.Accepted, batch.Duplicate, batch.NotBillable, batch.Holds.Count);
    }

    /// <summary>
    /// Stores calls whose identity is known and whose checks are passed: for their own hour if it is open, otherwise for the next closing (7.2).
    /// </summary>
    public void Keep(Session session, StoreState state, IEnumerable<(UsageCall Call, long AccountNo, long ArrivedUs, long Part, bool Waived)> calls)
    {
        var rows = calls.Select(c => Row(session, state, c.Call, c.AccountNo, c.ArrivedUs, c.Part, c.Waived)).ToList();
        rows.Sort(UsageRow.KeyOrder);
        store.Engine.Insert(session, "Usage", UsageColumns, rows.Select(r => r.Values()));
    }

    /// <summary>The identity of a call and its content. The caller adds the account if it knows it.</summary>
    public static NewIdentity IdentityOf(UsageCall call) => new(CallHash.Identity(call.Source, call.Id), CallHash.Content(call), 0, call.TimeUs);

    /// <summary>Done before the transaction, and on all cores if that is worth it, because nobody else can write during the transaction.</summary>
    private static NewIdentity[] Claims(Arrival[] calls)
    {
        var claims = new NewIdentity[calls.Length];
        if (calls.Length < HashesWorthAThread)
            Hash(0, calls.Length);
        else
            Parallel.ForEach(Partitioner.Create(0, calls.Length, HashesWorthAThread), range => Hash(range.Item1, range.Item2));
        return claims;

        void Hash(int from, int to)
        {
            for (var i = from; i < to; i++)
                claims[i] = IdentityOf(calls[i].Event.Call!);
        }
    }

    private void Take(Batch batch, Arrival arrival, NewIdentity claim, Claimed claimed)
    {
        var call = arrival.Event.Call!;
        if (claimed == Claimed.Same)
        {
            batch.Duplicate++;
            return;
        }

        if (claimed == Claimed.Different)
        {
            if (!batch.Holds.Conflict(batch.Terms, call, claim, arrival.ArrivedUs))
                batch.Duplicate++;
            return;
        }

        var catalog = batch.Terms.Catalog;
        var known = new KnownNames(claim.AccountNo != 0, catalog.HasApi(call.Api), catalog.HasRegion(call.Region));
        if (Judging.Judge(known, batch.Terms.Settings, call.TimeUs, arrival.ArrivedUs, batch.State.KeptFromUs) is { } reason)
        {
            batch.Holds.Hold(batch.Terms, reason, call, claim.AccountNo, arrival.ArrivedUs, claim.IdHash);
            return;
        }

        if (call.Billable)
            batch.Accepted++;
        else
            batch.NotBillable++;
        batch.Rows.Add(Row(batch.Session, batch.State, call, claim.AccountNo, arrival.ArrivedUs, part: 0, waived: false));
    }

    private UsageRow Row(Session session, StoreState state, UsageCall call, long accountNo, long arrivedUs, long part, bool waived)
    {
        var hour = BillingHour.Of(call.TimeUs);
        return new UsageRow(
            SettleSlot.For(hour, state.ClosedSlot),
            accountNo,
            scopes.ScopeNo(session, accountNo, call.Api, call.Region),
            hour,
            store.Words.NumberOf(session, WordKind.Project, call.Project),
            call.TimeUs,
            store.Words.NumberOf(session, WordKind.Source, call.Source),
            call.Id,
            part,
            call.Status,
            call.Count,
            waived,
            arrivedUs);
    }

    private sealed class Batch(Session session, Terms terms, StoreState state, ArrivalHolds holds)
    {
        public Session Session { get; } = session;

        public Terms Terms { get; } = terms;

        public StoreState State { get; } = state;

        public ArrivalHolds Holds { get; } = holds;

        public List<UsageRow> Rows { get; } = [];

        public long Accepted { get; set; }

        public long Duplicate { get; set; }

        public long NotBillable { get; set; }
    }
}

/// <summary>A row of Usage. Rows are sorted in the table's clustered order so that a batch is written in one sweep.</summary>
internal sealed record UsageRow(
    SettleSlot SettleSlot, long AccountNo, long ScopeNo, BillingHour UseHour, long ProjectNo, long TimeUs, long SourceNo, string EventId, long Part,
    long Status, long Calls, bool Waived, long ArrivedUs)
{
    public static readonly IComparer<UsageRow> KeyOrder = Comparer<UsageRow>.Create((a, b) =>
    {
        var order = a.SettleSlot.CompareTo(b.SettleSlot);
        if (order == 0) order = a.AccountNo.CompareTo(b.AccountNo);
        if (order == 0) order = a.ScopeNo.CompareTo(b.ScopeNo);
        if (order == 0) order = a.UseHour.CompareTo(b.UseHour);
        if (order == 0) order = a.ProjectNo.CompareTo(b.ProjectNo);
        return order != 0 ? order : a.TimeUs.CompareTo(b.TimeUs);
    });

    public object?[] Values() =>
        [SettleSlot.Number, AccountNo, ScopeNo, UseHour.Number, ProjectNo, TimeUs, SourceNo, EventId, Part, Status, Calls, Waived ? 1L : 0L,
            ArrivedUs];
}
