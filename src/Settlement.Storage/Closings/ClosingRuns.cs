using Settlement.Domain.Settling;
using Settlement.Domain.Time;

namespace Settlement.Storage.Closings;

/// <summary>Closing runs as they are recorded, and the usage that waits for one.</summary>
public static class ClosingRuns
{
    /// <summary>The runs that were begun and are not finished, in order: those under way, or left by a worker that ended in between.</summary>
    public static List<ClosingRun> Open(Session session) => session.Rows<RunRow>("closing/open-runs").ConvertAll(r => r.ToRun());

    /// <summary>The first of them, or null.</summary>
    public static ClosingRun? Unfinished(Session session) => Open(session).FirstOrDefault();

    /// <summary>The closing that created an account's version, or null if something else created it.</summary>
    public static ClosingLine? Of(Session session, long accountNo, long accountVersion) =>
        session.One<ClosingLine>("closing/run-of", new { AccountNo = accountNo, AccountVersion = accountVersion });

    /// <summary>The runs that closed slots in (after, through], in order.</summary>
    public static List<ClosingRun> Between(Session session, SettleSlot afterSlot, SettleSlot throughSlot) =>
        session.Rows<RunRow>("closing/runs-between", new { AfterSlot = afterSlot, ToSlot = throughSlot }).ConvertAll(r => r.ToRun());

    /// <summary>The next slot that holds usage, or null.</summary>
    public static SettleSlot? NextSlot(Session session, SettleSlot afterSlot) =>
        session.One<long?>("usage/next-slot", new { AfterSlot = afterSlot }) is { } slot ? new SettleSlot(slot) : null;

    /// <summary>The oldest hour with usage that waits for its closing: an open hour, or a closed hour with late usage. Null: none waits.</summary>
    public static BillingHour? OldestWaitingHour(Session session, SettleSlot closedSlot) =>
        NextSlot(session, closedSlot) is { } slot && session.One<long?>("usage/oldest-hour", new { Slot = slot }) is { } hour
            ? new BillingHour(hour) : null;

    /// <summary>
    /// Usage in closed hours that no closing has taken. There should never be any. Only the last hours that are closed and settled are checked:
    /// checking everything ever stored would take too long.
    /// </summary>
    /// <param name="hours">How many hours to check, counted back from the last closed one.</param>
    public static LeftBehind LeftBehind(Session session, StoreState state, long hours)
    {
        var toSlot = Unfinished(session)?.AfterSlot ?? state.ClosedSlot;
        return session.One<LeftBehind>("closing/left-behind",
            new { AfterSlot = SettleSlot.OfHour(new BillingHour(toSlot.Hour.Number - hours)), ToSlot = toSlot })!;
    }
}

internal sealed class RunRow
{
    public long DueUs { get; init; }

    public SettleSlot AfterSlot { get; init; }

    public SettleSlot ToSlot { get; init; }

    public long Hourly { get; init; }

    public ClosingRun ToRun() => new(DueUs, AfterSlot, ToSlot, Hourly != 0);
}

/// <summary>Usage that no closing has taken: how many events, and the first slot (0: none).</summary>
public sealed class LeftBehind
{
    public long Events { get; init; }

    public SettleSlot Slot { get; init; }

    /// <summary>The hour whose closing should have taken the first of these events.</summary>
    public BillingHour Hour => Slot.Hour;
}

/// <summary>An account in a run, and the versions of settings and catalog it was closed with.</summary>
public sealed class ClosingLine
{
    public long DueUs { get; init; }

    public SettleSlot AfterSlot { get; init; }

    public SettleSlot ToSlot { get; init; }

    public long SettingsVersion { get; init; }

    public long CatalogVersion { get; init; }

    public ClosingRun Run => new(DueUs, AfterSlot, ToSlot);
}
