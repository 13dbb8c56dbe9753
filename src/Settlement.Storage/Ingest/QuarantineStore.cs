using Settlement.Domain.Money;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;

namespace Settlement.Storage.Ingest;

/// <summary>Held calls (7.3): listed, released into the next closing, or discarded with a record. Nothing is ever deleted.</summary>
public sealed class QuarantineStore(SettlementStore store, UsageStore usage)
{
    /// <summary>Characters of the detail of an entry; what came is cut to them.</summary>
    public const int MaxDetail = 4000;

    /// <summary>Characters of who decided: a longer name, which only the system gives, is cut.</summary>
    public const int MaxBy = 128;

    /// <summary>Characters of why; a longer reason is for the caller to refuse.</summary>
    public const int MaxBecause = 1000;

    public static List<QuarantineEntry> List(Session session, string state = QuarantineEntry.Held) =>
        session.Rows<QuarantineEntry>("quarantine/list", new { State = state });

    public static QuarantineEntry? Find(Session session, long quarantineNo) =>
        session.One<QuarantineEntry>("quarantine/entry", new { QuarantineNo = quarantineNo });

    public static List<QuarantineCount> Counts(Session session) => session.Rows<QuarantineCount>("quarantine/count");

    /// <summary>The number of the newest entry, 0 when there is none.</summary>
    public static long LastNo(SettlementStore store) => store.Read(session => session.One<long?>("quarantine/last")).GetValueOrDefault();

    /// <summary>Entries newer than a number, by reason.</summary>
    public static List<QuarantineCount> HeldAfter(SettlementStore store, long quarantineNo) =>
        store.Read(session => session.Rows<QuarantineCount>("quarantine/held-after", new { QuarantineNo = quarantineNo }));

    /// <summary>Discards one entry and records who and why; false when it is not held.</summary>
    public static bool Discard(Session session, long quarantineNo, long nowUs, string by, string because) =>
        Decide(session, quarantineNo, "discarded", nowUs, by, because);

    /// <summary>
    /// Releases one entry: the check that held it is waived, later checks are made as of its first arrival. Returns null when it was released, else why not.
    /// </summary>
    public string? Release(Session session, long quarantineNo, long nowUs, string by)
    {
        store.Engine.TakeGuard(session, exclusive: false);
        if (Find(session, quarantineNo) is not { State: QuarantineEntry.Held } entry)
            return "is not held";
        if (entry is not { TimeUs: { } timeUs, Status: { } status } || entry.Reason == HoldReason.Malformed)
            return "is malformed: there is no call to release, it can only be discarded";
        var state = StoreState.Of(session);
        var terms = store.Terms.Read(session, state);
        var accountNo = usage.Scopes.AccountNo(session, entry.Account!);
        if (accountNo is null)
            return $"account {entry.Account} is unknown";
        if (StillHeld(terms, entry, timeUs) is { } reason)
        {
            session.Execute("quarantine/hold-again", new { QuarantineNo = quarantineNo, Reason = reason });
            return $"is held again: {reason}";
        }

        var call = new UsageCall(entry.Source!, entry.EventId!, entry.Account!, entry.Api!, entry.Region!, timeUs, (int)status, entry.Calls, entry.Project);
        var waived = entry.Waived != 0 || entry.Reason == HoldReason.NotSubscribed;
        if (!Decide(session, quarantineNo, "released", nowUs, by))
            return "is not held";
        usage.Keep(session, state, [(call, accountNo.Value, entry.ArrivedUs, quarantineNo, waived)]);
        return null;
    }

    /// <summary>What was held for an account that is open now.</summary>
    public void ReleaseForAccount(Session session, string account, long nowUs)
    {
        foreach (var no in session.Rows<long>("quarantine/held-for-account", new { Account = account }))
            Release(session, no, nowUs, "open-account");
    }

    /// <summary>What was held for want of an API, a region or a price that the catalog has now.</summary>
    public int ReleaseForCatalog(Session session, long nowUs)
    {
        var catalog = store.Terms.Read(session, StoreState.Of(session)).Catalog;
        var released = 0;
        foreach (var no in session.Rows<long>("quarantine/held-for-catalog"))
        {
            var entry = Find(session, no)!;
            var supplied = entry.Reason switch
            {
                HoldReason.UnknownApi => catalog.HasApi(entry.Api!),
                HoldReason.UnknownRegion => catalog.HasRegion(entry.Region!),
                _ => catalog.PriceAt(entry.Api!, entry.Region!, BillingHour.StartUs(BillingHour.Of(entry.TimeUs!.Value))) is not null,
            };
            if (supplied && Release(session, no, nowUs, "catalog") is null)
                released++;
        }

        return released;
    }

    private static bool Decide(Session session, long quarantineNo, string state, long nowUs, string by, string? because = null) =>
        session.Execute("quarantine/decide", new { QuarantineNo = quarantineNo, State = state, AtUs = nowUs, By = Cut(by), Because = because }) == 1;

    private static string Cut(string by) => by.Length <= MaxBy ? by : by[..MaxBy];

    /// <summary>The next check that holds it, if any: those before and at the waived one are not asked again.</summary>
    private static string? StillHeld(Terms terms, QuarantineEntry entry, long timeUs)
    {
        var waivesApi = entry.Reason is HoldReason.UnknownApi;
        var waivesRegion = entry.Reason is HoldReason.UnknownRegion;
        var known = new KnownNames(true, waivesApi || terms.Catalog.HasApi(entry.Api!), waivesRegion || terms.Catalog.HasRegion(entry.Region!));
        var reason = Judging.Judge(known, terms.Settings, timeUs, entry.ArrivedUs);
        var past = entry.Reason is HoldReason.TooOld or HoldReason.InFuture or HoldReason.NotSubscribed or HoldReason.NoPrice;
        return past && (reason is HoldReason.TooOld or HoldReason.InFuture) ? null : reason;
    }
}

/// <summary>An entry of the quarantine as it is stored.</summary>
public sealed class QuarantineEntry
{
    public const string Held = "held";

    public long QuarantineNo { get; init; }

    public string Reason { get; init; } = "";

    public string State { get; init; } = "";

    public long AccountNo { get; init; }

    public string? Source { get; init; }

    public string? EventId { get; init; }

    public string? Account { get; init; }

    public string? Api { get; init; }

    public string? Region { get; init; }

    public string? Project { get; init; }

    public long? TimeUs { get; init; }

    public long? Status { get; init; }

    public long Calls { get; init; }

    public long Waived { get; init; }

    /// <summary>0 for a status that is not billable, null where there is no price.</summary>
    public long? UnitPriceE10 { get; init; }

    public long ArrivedUs { get; init; }

    public long HeldUs { get; init; }

    public string? Detail { get; init; }

    public long? DecidedUs { get; init; }

    public string? DecidedBy { get; init; }

    /// <summary>Why it was discarded.</summary>
    public string? DecidedBecause { get; init; }

    /// <summary>What the held calls would cost at the price of the tier that was next when they were held: a value, not a movement, so of any size.</summary>
    public Int128? ValueE8 => UnitPriceE10 is { } price ? Rounding.ValueE8((Int128)Calls * price) : null;
}

public sealed class QuarantineCount
{
    public string Reason { get; init; } = "";

    public long Entries { get; init; }

    public long Calls { get; init; }

    public long OldestUs { get; init; }
}
