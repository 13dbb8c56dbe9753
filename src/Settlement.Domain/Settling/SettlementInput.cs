using Settlement.Domain.Accounts;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;

namespace Settlement.Domain.Settling;

/// <summary>A closing run, due at one instant (2.2, 2.3). It takes the slots (after, to], see <see cref="SettleSlot"/>.</summary>
/// <param name="Hourly">Whether this is the hourly run; otherwise it was requested in between.</param>
public sealed record ClosingRun(long DueUs, SettleSlot AfterSlot, SettleSlot ToSlot, bool Hourly = true)
{
    /// <summary>The last hour that was already closed. What the run takes for that hour or an earlier one is late.</summary>
    public BillingHour AfterHour => AfterSlot.Hour;

    public BillingHour ToHour => ToSlot.Hour;

    /// <summary>
    /// The only slot in which the run's events of an hour can be. If the hour was open, it is the hour's own slot. Otherwise it is the first slot
    /// after those already closed, which is where every late event was put until this run began.
    /// </summary>
    public SettleSlot SlotOf(BillingHour hour) => SettleSlot.For(hour, AfterSlot);
}

/// <summary>Everything that the closing of one account needs to know.</summary>
public sealed record SettlementInput(
    Account Account, ClosingRun Run, Terms Terms, long NowUs, IReadOnlyList<ScopeUsage> Scopes);

/// <summary>A scope with usage in the run: its lots, subscriptions, counters, and its hours in ascending order.</summary>
/// <param name="Lots">Every lot with calls left that was live in one of the hours.</param>
/// <param name="MonthCalls">Calls charged so far, by month (5.1).</param>
/// <param name="LiveCalls">The size of the lots that are live at the run's due instant.</param>
/// <param name="LiveLeft">The calls left on those lots before this closing.</param>
public sealed record ScopeUsage(
    Scope Scope, IReadOnlyList<Lot> Lots, IReadOnlyList<Period> Subscriptions, IReadOnlyDictionary<BillingMonth, long> MonthCalls,
    long LiveCalls, long LiveLeft, IReadOnlyList<HourUsage> Hours);

/// <param name="NotBillable">Calls with another status, which are only counted (1.2).</param>
public sealed record HourUsage(BillingHour Hour, long NotBillable, IReadOnlyList<PieceUsage> Pieces);

/// <summary>Billable calls in one piece of an hour, by project.</summary>
/// <param name="InOrder">
/// The same calls, one event at a time in the order of 4.1. Read lazily and at most once, and only where a lot runs out among competing projects, so
/// that one huge account does not need all its events in memory.
/// </param>
public sealed record PieceUsage(Period Piece, IReadOnlyList<ProjectCalls> Claims, IEnumerable<ProjectCalls> InOrder);
