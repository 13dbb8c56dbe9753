using Settlement.Domain.Time;
using Settlement.Storage.Closings;

namespace Settlement.Storage.Clock;

/// <summary>What the store knows about the time: how far it has passed, what the database's clock says, and what a person has confirmed.</summary>
public static class ClockRows
{
    /// <summary>The most that the clocks of two machines may differ.</summary>
    public const long MaxDifferenceUs = 5 * 60 * Instant.PerSecondUs;

    /// <summary>The most time that may pass at once without any evidence that the clock is right.</summary>
    public const long MaxJumpUs = Instant.PerDayUs;

    public static ClockFacts Facts(Session session, long nowUs)
    {
        var state = StoreState.Of(session);
        var closedUs = state.ClosedHour == StoreState.NoClosedHour ? long.MinValue : state.ClosedHour.Next.StartUs;
        return new ClockFacts(
            session.One<long?>("clock/of-database"),
            state.LastRunUs,
            Math.Max(state.LastRunUs, closedUs),
            session.One<long?>("clock/word"),
            session.One<long>("clock/commands-ahead", new { NowUs = nowUs + MaxDifferenceUs }),
            session.One<long>("store/in-use") > 0,
            HasUsageUpTo(session, nowUs));
    }

    /// <summary>A person confirms that the clock is right at an instant. Earlier confirmations no longer count.</summary>
    public static void Confirm(Session session, long us)
    {
        session.Execute("clock/forget");
        session.Execute("clock/confirm", new { ConfirmedUs = us });
    }

    /// <summary>
    /// Whether there is usage whose own time lies within the day before the clock, or ahead of it by no more than clocks may differ. Such times come
    /// from other machines' clocks. If the clock has run ahead of the real time, there is no such usage.
    /// </summary>
    private static bool HasUsageUpTo(Session session, long nowUs)
    {
        var (first, last) = (BillingHour.Of(nowUs - MaxJumpUs), BillingHour.Of(nowUs + MaxDifferenceUs));
        return ClosingRuns.NextSlot(session, new SettleSlot(SettleSlot.OfHour(first).Number - 1)) is { } slot && slot.Hour <= last;
    }
}

/// <param name="DatabaseUs">The clock of the database; null if it is the machine's own (SQLite).</param>
/// <param name="LastRunUs">The last hourly instant that the time line has passed.</param>
/// <param name="PassedUs">The later of that instant and the end of the last closed hour.</param>
/// <param name="ConfirmedUs">The instant at which a person said that the clock was right.</param>
/// <param name="CommandsAhead">The number of commands that wait for an instant ahead of the clock.</param>
/// <param name="InUse">The store has accounts.</param>
/// <param name="HasUsage">There is usage from the day before the clock.</param>
public sealed record ClockFacts(long? DatabaseUs, long LastRunUs, long PassedUs, long? ConfirmedUs, long CommandsAhead, bool InUse, bool HasUsage)
{
    /// <summary>Whether hours have been closed, or hourly runs passed, that lie ahead of a clock.</summary>
    public bool IsAheadOf(long nowUs) => PassedUs > nowUs + ClockRows.MaxDifferenceUs;

    /// <summary>
    /// Whether something confirms that a clock is right: usage of the last day, or a person's word of the last day. What can't be undone waits for
    /// that (7.4), however far the time line has come.
    /// </summary>
    public bool IsSure(long nowUs) =>
        !IsAheadOf(nowUs) && DifferenceUs(nowUs) is null
        && (HasUsage || (ConfirmedUs is { } us && us <= nowUs + ClockRows.MaxDifferenceUs && nowUs - us <= ClockRows.MaxJumpUs));

    /// <summary>How much a clock differs from the database's, if that is more than clocks may differ; otherwise null.</summary>
    public long? DifferenceUs(long nowUs) => DatabaseUs is { } us && Math.Abs(us - nowUs) > ClockRows.MaxDifferenceUs ? nowUs - us : null;

    /// <summary>
    /// Whether a clock is more than a day past everything known to have happened. In a store without accounts there is nothing to lose.
    /// </summary>
    /// <param name="aliveUs">
    /// The latest instant at which the asking process knows the clock to have been right, plus the time that has passed since then by a clock that
    /// can't be set.
    /// </param>
    public bool IsJump(long nowUs, long aliveUs) =>
        InUse && !HasUsage && nowUs - Math.Max(Math.Max(LastRunUs, ConfirmedUs ?? LastRunUs), aliveUs) > ClockRows.MaxJumpUs;
}
