using Settlement.Domain.Lifecycle;
using Settlement.Domain.Time;
using Settlement.Storage;
using Settlement.Storage.Clock;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Clock;

/// <summary>
/// The way back for a store whose time line has run ahead of the clock: its mark is moved to the last hour on the clock, and hours that closed ahead of it are
/// open again. Only where nothing was booked beyond now: what was can't be taken back.
/// </summary>
public sealed class WayBack(SettlementStore store)
{
    /// <summary>What it would do, and why it can't if it can't.</summary>
    public Ahead Look(Session session, long nowUs)
    {
        var state = StoreState.Of(session);
        var toUs = BillingHour.StartUs(BillingHour.Of(nowUs));
        var toSlot = Math.Min(state.ClosedSlot, SettleSlot.OfHour(BillingHour.LastDueAt(toUs, store.Settings.CloseDelayUs)));
        var args = new { NowUs = nowUs, ToSlot = toSlot, LotStart = (long)AgendaKind.LotStart, LotEnd = (long)AgendaKind.LotEnd };
        var facts = ClockStore.Facts(session, nowUs);
        var isAhead = facts.IsAheadOf(nowUs);
        return new Ahead(
            isAhead || facts.CommandsAhead > 0,
            isAhead ? Math.Min(state.LastRunUs, toUs) : state.LastRunUs,
            isAhead ? toSlot : state.ClosedSlot,
            state,
            isAhead ? session.One<long>("clock/usage-ahead", args) : 0,
            session.One<long>("clock/commands-ahead", args),
            isAhead ? session.Rows<Booked>("clock/booked", args).FindAll(b => b.Number > 0) : []);
    }

    /// <summary>
    /// Does it, in one transaction, alone: no usage is stored, no hour closed and no account opened meanwhile. What is booked beyond now makes it do nothing.
    /// </summary>
    /// <param name="claim">The time line's: nobody drives it meanwhile.</param>
    public Ahead Go(long nowUs, WorkClaim claim) => store.Write(
        session =>
        {
            store.Engine.TakeGuard(session, exclusive: true);
            var ahead = Look(session, nowUs);
            if (!ahead.IsAny || ahead.Booked.Count > 0)
                return ahead;
            var args = new { NowUs = nowUs, ahead.LastRunUs, ahead.ToSlot, ahead.Before.ClosedSlot, PerHour = SettleSlot.OfHour(1) };
            session.Execute("clock/move-back", args);
            session.Execute("clock/reopen-usage", args);
            session.Execute("clock/commands-to-now", args);
            if (session.One<long?>("clock/word") > nowUs)
                session.Execute("clock/forget");
            return ahead;
        },
        claim);
}

/// <param name="IsAny">Something is ahead of the clock.</param>
/// <param name="LastRunUs">Where the time line's mark goes.</param>
/// <param name="ToSlot">The last slot that stays closed.</param>
/// <param name="Before">As it stood.</param>
/// <param name="Events">Events stored for hours that are open again, or for the next closing.</param>
/// <param name="Commands">Commands that wait for an instant ahead of the clock; they take effect now.</param>
/// <param name="Booked">What stands in the way.</param>
public sealed record Ahead(bool IsAny, long LastRunUs, long ToSlot, StoreState Before, long Events, long Commands, IReadOnlyList<Booked> Booked)
{
    /// <summary>Hours that are open again.</summary>
    public long Hours => Before.ClosedHour - SettleSlot.HourOf(ToSlot);
}

/// <summary>A kind of thing that was booked beyond now: how many, and the first's instant (0: not known).</summary>
public sealed class Booked
{
    public string What { get; init; } = "";

    public long Number { get; init; }

    public long FirstUs { get; init; }
}
