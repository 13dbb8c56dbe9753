using Settlement.Domain.Lifecycle;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Storage;
using Settlement.Storage.Clock;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Clock;

/// <summary>
/// Takes back a store whose time line has run ahead of the clock: its mark is moved to the last hour on the clock, and hours that were closed ahead
/// of the clock are opened again. Possible only if nothing was booked beyond now, because bookings can't be undone.
/// </summary>
public sealed class WayBack(SettlementStore store)
{
    /// <summary>What it would do, or why it can't do it.</summary>
    public Ahead Look(Session session, long nowUs)
    {
        var state = StoreState.Of(session);
        var toUs = BillingHour.LastOnTheHourUs(nowUs);
        var toSlot = SettleSlot.Min(state.ClosedSlot, SettleSlot.OfHour(BillingHour.LastDueAt(toUs, store.Settings.CloseDelayUs)));
        var args = new { NowUs = nowUs, ToSlot = toSlot, LotStart = (long)AgendaKind.LotStart, LotEnd = (long)AgendaKind.LotEnd };
        var facts = ClockRows.Facts(session, nowUs);
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
    /// Does it in one exclusive transaction: meanwhile no usage is stored, no hour is closed and no account is opened. If anything is booked beyond
    /// now, it does nothing.
    /// </summary>
    /// <param name="claim">The claim on the time line: nobody drives the time line meanwhile.</param>
    public Ahead Go(long nowUs, WorkClaim claim) => store.Write(
        session =>
        {
            store.Engine.TakeGuard(session, exclusive: true);
            var ahead = Look(session, nowUs);
            if (!ahead.IsAny || ahead.Booked.Count > 0)
                return ahead;
            var args = new { NowUs = nowUs, ahead.LastRunUs, ahead.ToSlot, ahead.Before.ClosedSlot, SettleSlot.PerHour };
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
/// <param name="LastRunUs">The instant to which the time line's mark is moved.</param>
/// <param name="ToSlot">The last slot that stays closed.</param>
/// <param name="Before">The state before the move.</param>
/// <param name="Events">Events stored for hours that are opened again, or for the next closing.</param>
/// <param name="Commands">Commands that wait for an instant ahead of the clock. They take effect now.</param>
/// <param name="Booked">The bookings that prevent it.</param>
public sealed record Ahead(bool IsAny, long LastRunUs, SettleSlot ToSlot, StoreState Before, long Events, long Commands, IReadOnlyList<Booked> Booked)
{
    /// <summary>The number of hours that are opened again.</summary>
    public long Hours => Before.ClosedHour.Number - ToSlot.Hour.Number;
}

/// <summary>One kind of thing that was booked beyond now: how many, and the instant of the first (0: not known).</summary>
public sealed class Booked
{
    public string What { get; init; } = "";

    public long Number { get; init; }

    public long FirstUs { get; init; }
}
