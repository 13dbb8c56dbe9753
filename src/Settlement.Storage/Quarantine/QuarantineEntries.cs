using Settlement.Domain.Money;

namespace Settlement.Storage.Quarantine;

/// <summary>
/// Held calls (7.3). They can be listed, or discarded with a record; a release passes them on to their closing. Nothing is ever deleted.
/// </summary>
public static class QuarantineEntries
{
    /// <summary>Longest detail of an entry, in characters; longer ones are cut.</summary>
    public const int MaxDetail = 4000;

    /// <summary>Longest name of the person who decided, in characters. A longer name, which only the system can supply, is cut.</summary>
    public const int MaxBy = 128;

    /// <summary>Longest explanation, in characters. The caller must refuse a longer one.</summary>
    public const int MaxBecause = 1000;

    public static List<QuarantineEntry> List(Session session, string state = QuarantineEntry.Held) => [.. Stream(session, state)];

    /// <summary>Entries in the order in which they were held, one at a time as they are read; null: any reason, any account.</summary>
    public static IEnumerable<QuarantineEntry> Stream(
        Session session, string state = QuarantineEntry.Held, string? reason = null, string? account = null) =>
        session.Stream<QuarantineEntry>("quarantine/list", new { State = state, Reason = reason, Account = account });

    public static QuarantineEntry? Find(Session session, long quarantineNo) =>
        session.One<QuarantineEntry>("quarantine/entry", new { QuarantineNo = quarantineNo });

    /// <summary>The entries with these numbers, as far as they exist, in no particular order.</summary>
    public static List<QuarantineEntry> Find(Session session, IReadOnlyCollection<long> quarantineNos) =>
        quarantineNos.Count == 0 ? [] : session.Rows<QuarantineEntry>("quarantine/entries", new { QuarantineNos = quarantineNos });

    public static List<QuarantineCount> Counts(Session session) => session.Rows<QuarantineCount>("quarantine/count");

    /// <summary>The number of the newest entry, 0 if there is none.</summary>
    public static long LastNo(SettlementStore store) => store.Read(session => session.One<long?>("quarantine/last")).GetValueOrDefault();

    /// <summary>Entries newer than a number, by reason.</summary>
    public static List<QuarantineCount> HeldAfter(SettlementStore store, long quarantineNo) =>
        store.Read(session => session.Rows<QuarantineCount>("quarantine/held-after", new { QuarantineNo = quarantineNo }));

    /// <summary>The numbers of the held entries, in order; null: any reason, any account.</summary>
    public static List<long> HeldNos(Session session, string? reason = null, string? account = null) =>
        session.Rows<long>("quarantine/held-nos", new { Reason = reason, Account = account });

    /// <summary>Discards entries and records who did it and why.</summary>
    /// <returns>For each entry, in order: null if it was discarded, otherwise the reason why not.</returns>
    public static IReadOnlyList<string?> Discard(Session session, IReadOnlyList<QuarantineEntry> entries, long nowUs, string by, string because)
    {
        var decided = session.ExecuteEach("quarantine/decide", entries.Select(e => new
        {
            e.QuarantineNo, State = "discarded", AtUs = nowUs, By = Cut(by), Because = because,
        }));
        return decided.ConvertAll(rows => rows == 1 ? null : "is not held");
    }

    internal static string Cut(string by) => by.Length <= MaxBy ? by : by[..MaxBy];
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

    /// <summary>0 for a status that is not billable; null if there is no price.</summary>
    public long? UnitPriceE10 { get; init; }

    public long ArrivedUs { get; init; }

    public long HeldUs { get; init; }

    public string? Detail { get; init; }

    public long? DecidedUs { get; init; }

    public string? DecidedBy { get; init; }

    /// <summary>Why it was discarded.</summary>
    public string? DecidedBecause { get; init; }

    /// <summary>
    /// What the held calls would cost at the price of the tier that was next when they were held. It is a value, not a movement, so it may be of any
    /// size.
    /// </summary>
    public Int128? ValueE8 => UnitPriceE10 is { } price ? Rounding.CutToE8((Int128)Calls * price) : null;
}

public sealed class QuarantineCount
{
    public string Reason { get; init; } = "";

    public long Entries { get; init; }

    public long Calls { get; init; }

    public long OldestUs { get; init; }
}
