using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Storage.Parking;

namespace Settlement.Storage.Quarantine;

/// <summary>Where the event is that took its identity.</summary>
public enum Whereabouts
{
    /// <summary>Stored; the closing that will take it has not begun.</summary>
    Waiting,

    /// <summary>Stored; the closing that will take it is under way.</summary>
    Settling,

    /// <summary>Stored; its closing has skipped its account, which is parked (2.5).</summary>
    Parked,

    /// <summary>Its closing has taken it: into rows, into quarantine, or as not billable.</summary>
    Settled,

    /// <summary>Held since it arrived.</summary>
    Held,

    /// <summary>Held when it arrived, and discarded by a person.</summary>
    Discarded,
}

/// <summary>
/// The event that took an identity for which another event with the same source and id is held as a conflict (7.1), and what has become of it.
/// </summary>
/// <param name="Call">The call as it arrived.</param>
/// <param name="IsLate">Whether it waits for, or was taken by, a closing other than that of its hour.</param>
/// <param name="RunUs">When the closing that took it or takes it was due; null if none has begun.</param>
/// <param name="Rows">The bill rows that took calls from it, and how many.</param>
/// <param name="Entries">The parts of it that were held, on arrival or at its closing, whatever became of them.</param>
public sealed record StandingEvent(
    UsageCall Call, long ArrivedUs, Whereabouts Where, bool IsLate, long? RunUs, IReadOnlyList<(BillLine Row, long Calls)> Rows,
    IReadOnlyList<QuarantineEntry> Entries)
{
    /// <summary>
    /// Found by its identity, which gives its account and its time. The event is then in one of the slots that can hold an event of that hour, or in
    /// quarantine. Null if nothing has taken the identity.
    /// </summary>
    /// <param name="words">The words of the store.</param>
    /// <param name="conflict">An entry with a source and an id.</param>
    public static StandingEvent? Find(Session session, Words words, QuarantineEntry conflict) =>
        session.One<Identity>("usage/identity", new { IdHash = CallHash.Identity(conflict.Source!, conflict.EventId!) }) is { } identity
            ? new Search(session, words, conflict, identity).Find() : null;

    private sealed class Search(Session session, Words words, QuarantineEntry conflict, Identity identity)
    {
        public StandingEvent? Find()
        {
            var entries = Entries();
            var stored = Stored(identity.AccountNo != AccountReader.StoreAccountNo ? identity.AccountNo : AccountOf(entries));
            if (stored.Find(s => s.Part == 0) is { } whole)
                return Of(whole, Call(whole), entries);
            if (entries.Find(IsWhole) is not { } first)
                return null;
            if (stored.Find(s => s.Part == first.QuarantineNo) is { } released)
                return Of(released, Call(first)!, entries);
            var where = first.State == QuarantineEntry.Held ? Whereabouts.Held : Whereabouts.Discarded;
            return new StandingEvent(Call(first)!, first.ArrivedUs, where, IsLate: false, null, [], entries);
        }

        /// <summary>What is held of it. If its account had not been opened, everything held for unopened accounts has to be searched.</summary>
        private List<QuarantineEntry> Entries()
        {
            var account = identity.AccountNo == AccountReader.StoreAccountNo ? null : AccountReader.Get(session, identity.AccountNo).AccountId;
            var entries = session.Rows<QuarantineEntry>(
                account is null ? "quarantine/of-event-of-nobody" : "quarantine/of-event",
                new { Account = account, conflict.Source, conflict.EventId, identity.TimeUs });
            return entries.FindAll(e => e.QuarantineNo != conflict.QuarantineNo);
        }

        /// <summary>The number of its account, if that was opened since.</summary>
        private long AccountOf(List<QuarantineEntry> entries) =>
            (entries.Find(IsWhole) is { } entry ? AccountReader.Find(session, entry.Account!)?.AccountNo : null) ?? AccountReader.StoreAccountNo;

        private List<StoredEvent> Stored(long accountNo)
        {
            var hour = BillingHour.Of(identity.TimeUs);
            return session.Rows<StoredEvent>("usage/of-event", new
            {
                Slot = SettleSlot.OfHour(hour),
                AccountNo = accountNo,
                UseHour = hour,
                identity.TimeUs,
                SourceNo = words.Find(session, WordKind.Source, conflict.Source!),
                conflict.EventId,
            });
        }

        private StandingEvent Of(StoredEvent stored, UsageCall call, List<QuarantineEntry> entries)
        {
            var isLate = stored.SettleSlot != SettleSlot.OfHour(stored.UseHour);
            var run = session.One<RunOfSlot>("closing/run-of-slot", new { stored.AccountNo, Slot = stored.SettleSlot });
            if (run is { AccountVersion: { } version })
                return new StandingEvent(call, stored.ArrivedUs, Whereabouts.Settled, isLate, run.DueUs, RowsOf(stored, version), entries);
            var where = run is null ? Whereabouts.Waiting
                : ParkedAccounts.Find(session, stored.AccountNo)?.SettledSlot < stored.SettleSlot ? Whereabouts.Parked : Whereabouts.Settling;
            return new StandingEvent(call, stored.ArrivedUs, where, isLate, run?.DueUs, [], entries);
        }

        private List<(BillLine Row, long Calls)> RowsOf(StoredEvent stored, long version)
        {
            var rows = new List<(BillLine Row, long Calls)>();
            var lines = session.Rows<long>("bill/lines-of-hour", new { stored.AccountNo, AccountVersion = version, stored.ScopeNo, stored.UseHour });
            foreach (var line in lines)
            {
                var row = BillReader.Row(session, (stored.AccountNo, version, line))!;
                long calls = 0;
                RowEvents.Walk(session, row, (e, taken) => calls += IsIt(e, stored) ? taken : 0);
                if (calls > 0)
                    rows.Add((row, calls));
            }

            return rows;
        }

        private bool IsIt(EventLine line, StoredEvent stored) =>
            line.Part == stored.Part && line.EventId == conflict.EventId && line.Source == conflict.Source;

        /// <summary>Whether it is the event as it arrived, and neither a part of it nor another conflict.</summary>
        private bool IsWhole(QuarantineEntry entry) =>
            Call(entry) is { } call && CallHash.Content(call).AsSpan().SequenceEqual(identity.ContentHash);

        private UsageCall Call(StoredEvent stored) => new(
            conflict.Source!, conflict.EventId!, stored.AccountId, stored.Api, stored.Region, stored.TimeUs, (int)stored.Status, stored.Calls,
            stored.Project);

        private static UsageCall? Call(QuarantineEntry entry) =>
            entry is { TimeUs: { } timeUs, Status: { } status, Account: { } account, Api: { } api, Region: { } region }
            ? new UsageCall(entry.Source!, entry.EventId!, account, api, region, timeUs, (int)status, entry.Calls, entry.Project) : null;
    }

    private sealed class Identity
    {
        public byte[] ContentHash { get; init; } = [];

        /// <summary>0: its account had not been opened.</summary>
        public long AccountNo { get; init; }

        public long TimeUs { get; init; }
    }

    private sealed class StoredEvent
    {
        public SettleSlot SettleSlot { get; init; }

        public long AccountNo { get; init; }

        public string AccountId { get; init; } = "";

        public long ScopeNo { get; init; }

        public string Api { get; init; } = "";

        public string Region { get; init; } = "";

        public string? Project { get; init; }

        public BillingHour UseHour { get; init; }

        public long TimeUs { get; init; }

        /// <summary>0, or the quarantine entry that it was released from.</summary>
        public long Part { get; init; }

        public long Status { get; init; }

        public long Calls { get; init; }

        public long ArrivedUs { get; init; }
    }

    private sealed class RunOfSlot
    {
        public long DueUs { get; init; }

        /// <summary>The version that the closing made of the account; null: the account has not been closed in this run.</summary>
        public long? AccountVersion { get; init; }
    }
}
