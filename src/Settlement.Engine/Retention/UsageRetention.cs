using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;
using Settlement.Storage.Retention;

namespace Settlement.Engine.Retention;

/// <summary>What has left in a pass.</summary>
public readonly record struct LeftUsage(long Events, long Identities);

/// <summary>
/// Lets events and their identities leave that are past their time (7.4), in two steps. First the start of the kept span is raised, exclusively under
/// the guard: from then on, intake takes no call from before it for a new one. Then what lies before it is removed, a bounded number of events per
/// transaction, slot by slot in the order in which it is stored. Each transaction removes events together with their identities, so it makes no
/// difference where a worker ends, or whether two do this at once.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="most">
/// Events per transaction. Few enough that SQL Server locks rows and not tables, and that on SQLite another writer's turn comes soon.
/// </param>
public sealed class UsageRetention(SettlementStore store, int most = UsageRetention.EventsPerStep)
{
    public const int EventsPerStep = 2_000;

    private readonly SkippedSlots skipped = new();

    /// <summary>Removes everything that may leave.</summary>
    /// <param name="isSure">Whether something confirms that the clock is right. If not, the kept span stays as it is.</param>
    /// <param name="claim">The claim under which it is done, if any.</param>
    /// <param name="rest">Called after each transaction with the time it took, so that the others get their turn.</param>
    /// <param name="cancel">Checked between two transactions; the rest stays until the next pass.</param>
    public LeftUsage Leave(bool isSure, WorkClaim? claim = null, Action<TimeSpan>? rest = null, CancellationToken cancel = default)
    {
        var left = default(LeftUsage);
        if (Raise(isSure, claim) is not { } keptFromUs)
            return left;
        var (after, endSlot) = (skipped.After(keptFromUs), SettleSlot.OfHour(BillingHour.Of(keptFromUs)));
        while (store.Read(session => ClosingRuns.NextSlot(session, after)) is { } slot && slot < endSlot)
        {
            left = LeaveSlot(slot, keptFromUs, left, claim, rest, cancel);
            skipped.Through(after = slot);
        }

        return left;
    }

    private LeftUsage LeaveSlot(SettleSlot slot, long keptFromUs, LeftUsage left, WorkClaim? claim, Action<TimeSpan>? rest, CancellationToken cancel)
    {
        long stayed = 0;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var since = TimeProvider.System.GetTimestamp();
            var step = store.Write(session => Step(session, slot, keptFromUs, stayed), claim);
            left = new LeftUsage(left.Events + step.Left.Events, left.Identities + step.Left.Identities);
            stayed += step.Stayed;
            if (step.IsLast)
                return left;
            rest?.Invoke(TimeProvider.System.GetElapsedTime(since));
        }
    }

    /// <summary>Load, decide, commit, for some events of a slot.</summary>
    private StepDone Step(Session session, SettleSlot slot, long keptFromUs, long skip)
    {
        var events = OldUsage.Of(session, slot, keptFromUs, skip, most);
        if (events.Count == 0)
            return new StepDone(default, 0, IsLast: true);
        var settled = OldUsage.Settled(session, slot, events[0].AccountNo, events[^1].AccountNo);
        var leaving = Decide(events, settled);
        var identities = OldUsage.RemoveIdentities(session, store.Words, leaving, keptFromUs);
        // Another content of one of them may have been held as a conflict meanwhile. Whoever holds it has touched the identity, so either that is
        // seen by now, or it finds the identity gone.
        if (Decide(OldUsage.Of(session, slot, keptFromUs, skip, most), settled).Count != leaving.Count)
            throw new LateWriterException($"Events of slot {slot.Number} were held meanwhile.");
        var removed = OldUsage.Remove(session, leaving);
        return new StepDone(new LeftUsage(removed, identities), events.Count - leaving.Count, events.Count < most);
    }

    /// <summary>What is settled may leave, unless something of it is held (7.3).</summary>
    private static List<OldEvent> Decide(List<OldEvent> events, HashSet<long> settled) =>
        events.FindAll(e => e.Stays == 0 && settled.Contains(e.AccountNo));

    /// <returns>The start of the kept span; null if nothing may leave.</returns>
    private long? Raise(bool isSure, WorkClaim? claim)
    {
        var state = store.Read(StoreState.Of);
        if (KeptSpan.StartUs(store.Settings, state.LastRunUs) is not { } startUs)
            return null;
        if (KeptSpan.Next(state.KeptFromUs, store.Settings, state.LastRunUs, isSure) == state.KeptFromUs
            || !store.Read(session => HasBefore(session, startUs)))
            return state.KeptFromUs;
        return store.Write(
            session =>
            {
                store.Engine.TakeGuard(session, exclusive: true);
                var now = StoreState.Of(session);
                var next = KeptSpan.Next(now.KeptFromUs, store.Settings, now.LastRunUs, isSure);
                if (next is { } us && us != now.KeptFromUs)
                    OldUsage.KeepFrom(session, us);
                return next;
            },
            claim);
    }

    /// <summary>Whether there is usage of hours before an instant. If there is none, the kept span need not move.</summary>
    private static bool HasBefore(Session session, long us) =>
        ClosingRuns.NextSlot(session, SettleSlot.BeforeAll) is { } slot && slot.Hour < BillingHour.Of(us);

    private readonly record struct StepDone(LeftUsage Left, long Stayed, bool IsLast);

    /// <summary>
    /// Slots in which only what has to stay is left. They are not looked through again for a day, because that may be much.
    /// </summary>
    private sealed class SkippedSlots
    {
        private long sinceUs = long.MinValue;
        private SettleSlot through = SettleSlot.BeforeAll;

        public SettleSlot After(long keptFromUs)
        {
            if (sinceUs == long.MinValue || keptFromUs - sinceUs >= Instant.PerDayUs)
                (sinceUs, through) = (keptFromUs, SettleSlot.BeforeAll);
            return through;
        }

        public void Through(SettleSlot slot) => through = slot;
    }
}
