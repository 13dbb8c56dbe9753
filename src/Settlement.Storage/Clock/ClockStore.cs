
using Settlement.Domain.Lifecycle;
using Settlement.Domain.Time;
using Settlement.Storage.Closings;

namespace Settlement.Storage.Clock;

/// <summary>What the store knows of the time: how far it has passed, what the database's clock says, what a person has said.</summary>
public static class ClockStore
{
    /// <summary>Clocks of machines may differ by so much.</summary>
    public const long MaxDifferenceUs = 5 * 60 * Instant.PerSecondUs;

    /// <summary>Time may pass by so much at a time without anything that says that the clock is right.</summary>
    public const long MaxJumpUs = Instant.PerDayUs;

    public static ClockFacts Facts(Session session, long nowUs)
    {
        var state = StoreState.Of(session);
        var closedUs = state.ClosedHour == StoreState.NoClosedHour ? long.MinValue : BillingHour.StartUs(state.ClosedHour + 1);
        return new ClockFacts(
            session.One<long?>("clock/of-database"),
            state.LastRunUs,
            Math.Max(state.LastRunUs, closedUs),
            session.One<long?>("clock/word"),
            session.One<long>("clock/commands-ahead", new { NowUs = nowUs + MaxDifferenceUs }),
            session.One<long>("store/in-use") > 0,
            HasUsageUpTo(session, nowUs));
    }

    /// <summary>A person says that the clock is right at an instant; what was said before no longer counts.</summary>
    public static void Confirm(Session session, long us)
    {
        session.Execute("clock/forget");
        session.Execute("clock/confirm", new { ConfirmedUs = us });
    }

    /// <summary>
    /// Usage whose own time lies within a day before the clock, or as far ahead of it as clocks differ. It was told by others' clocks, and there is nothing of
    /// the kind where the clock has run ahead of the world.
    /// </summary>
    private static bool HasUsageUpTo(Session session, long nowUs)
    {
        var (first, last) = (BillingHour.Of(nowUs - MaxJumpUs), BillingHour.Of(nowUs + MaxDifferenceUs));
        return ClosingRuns.NextSlot(session, SettleSlot.OfHour(first) - 1) is { } slot && SettleSlot.HourOf(slot) <= last;
    }
}

/// <param name="DatabaseUs">The clock of the database; null where it is the machine's own (SQLite).</param>
/// <param name="LastRunUs">The last hourly instant that the time line has passed.</param>
/// <param name="PassedUs">The latest of that and of the end of the last closed hour.</param>
/// <param name="ConfirmedUs">A person said that the clock was right at this instant.</param>
/// <param name="CommandsAhead">Commands that wait for an instant ahead of the clock.</param>
/// <param name="InUse">The store has accounts.</param>
/// <param name="HasUsage">There is usage of the day before the clock.</param>
public sealed record ClockFacts(long? DatabaseUs, long LastRunUs, long PassedUs, long? ConfirmedUs, long CommandsAhead, bool InUse, bool HasUsage)
{
    /// <summary>Whether hours are closed, or hourly runs passed, that lie ahead of a clock.</summary>
    public bool IsAheadOf(long nowUs) => PassedUs > nowUs + ClockStore.MaxDifferenceUs;

    /// <summary>By how much a clock differs from the database's, when that is more than clocks may.</summary>
    public long? DifferenceUs(long nowUs) => DatabaseUs is { } us && Math.Abs(us - nowUs) > ClockStore.MaxDifferenceUs ? nowUs - us : null;

    /// <summary>
    /// Whether a clock is more than a day past all that is known to have happened. A store without accounts has nothing that could be taken from anyone.
    /// </summary>
    /// <param name="aliveUs">
    /// The latest instant at which the asking process knows the clock to have been right, and the time that has run since by a clock that can't be set.
    /// </param>
    public bool IsJump(long nowUs, long aliveUs) =>
        InUse && !HasUsage && nowUs - Math.Max(Math.Max(LastRunUs, ConfirmedUs ?? LastRunUs), aliveUs) > ClockStore.MaxJumpUs;
}
