using Settlement.Domain.Time;
using Settlement.Domain.Usage;

namespace Settlement.Storage.Retention;

/// <summary>A stored event of an hour that is past its time: its key, and whether it has to stay all the same.</summary>
public sealed class OldEvent
{
    public SettleSlot SettleSlot { get; init; }

    public long AccountNo { get; init; }

    public long ScopeNo { get; init; }

    public BillingHour UseHour { get; init; }

    public long ProjectNo { get; init; }

    public long TimeUs { get; init; }

    public long SourceNo { get; init; }

    public string EventId { get; init; } = "";

    public long Part { get; init; }

    /// <summary>Not 0: something of the event is held in quarantine, or is younger than what leaves.</summary>
    public long Stays { get; init; }
}

/// <summary>Usage that is past its time (7.4), slot by slot in the order in which it is stored.</summary>
public static class OldUsage
{
    /// <summary>Some events of a slot, in the order of their key.</summary>
    /// <param name="keptFromUs">The start of the kept span.</param>
    /// <param name="skip">How many of the slot's events have to stay and are passed over.</param>
    /// <param name="most">The largest number of events.</param>
    public static List<OldEvent> Of(Session session, SettleSlot slot, long keptFromUs, long skip, long most) =>
        session.Rows<OldEvent>("retention/usage", new { Slot = slot, KeptFromUs = keptFromUs, Skip = skip, Most = most });

    /// <summary>Which accounts in a range a finished closing has settled in a slot. Whatever has no closing yet must not leave.</summary>
    public static HashSet<long> Settled(Session session, SettleSlot slot, long firstAccount, long lastAccount) =>
        [.. session.Rows<long>("retention/settled", new { Slot = slot, FirstAccount = firstAccount, LastAccount = lastAccount })];

    /// <summary>
    /// Removes the identities of events, in the order of their key, as intake adds them. An identity that was taken within the kept span stays: the
    /// event was another content of it, released after a conflict.
    /// </summary>
    /// <returns>How many were there.</returns>
    public static long RemoveIdentities(Session session, Words words, IReadOnlyCollection<OldEvent> events, long keptFromUs)
    {
        var sources = events.Select(e => e.SourceNo).Distinct().ToDictionary(no => no, no => words.TextOf(session, WordKind.Source, no)!);
        var hashes = events.Select(e => CallHash.Identity(sources[e.SourceNo], e.EventId)).ToList();
        hashes.Sort((a, b) => a.AsSpan().SequenceCompareTo(b));
        return session.ExecuteEach("retention/remove-identity", hashes.Select(h => new { IdHash = h, KeptFromUs = keptFromUs })).Sum();
    }

    /// <returns>How many were there.</returns>
    public static long Remove(Session session, IEnumerable<OldEvent> events) => session.ExecuteEach("retention/remove-usage", events).Sum();

    /// <summary>Raises the start of the kept span; it never falls.</summary>
    public static void KeepFrom(Session session, long keptFromUs)
    {
        if (session.Execute("retention/raise", new { KeptFromUs = keptFromUs }) == 0)
            session.Execute("retention/begin", new { KeptFromUs = keptFromUs });
    }
}
