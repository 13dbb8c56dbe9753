using Settlement.Domain.Accounts;
using Settlement.Domain.Packages;
using Settlement.Domain.Time;

namespace Settlement.Domain.Settling;

/// <summary>A closing run, due at one instant (2.2, 2.3): it takes the slots (after, to], see <see cref="SettleSlot"/>.</summary>
/// <param name="Hourly">The run of the hour; else one asked for in between.</param>
public sealed record ClosingRun(long DueUs, long AfterSlot, long ToSlot, bool Hourly = true)
{
    /// <summary>The last hour that was closed before; what it takes for that hour or an earlier one is late.</summary>
    public long AfterHour => SettleSlot.HourOf(AfterSlot);

    public long ToHour => SettleSlot.HourOf(ToSlot);

    /// <summary>
    /// The one slot in which the run's events of an hour lie: the hour's own if it was open, else the first after those closed before, where every late event
    /// was put until this run began.
    /// </summary>
    public long SlotOf(long hour) => SettleSlot.For(hour, AfterSlot);
}

/// <summary>All that one account's closing needs to know.</summary>
public sealed record SettlementInput(
    Account Account, ClosingRun Run, Terms Terms, long NowUs, IReadOnlyList<ScopeUsage> Scopes);

/// <summary>A scope with usage in the run: its lots, subscriptions, counters, and its hours in ascending order.</summary>
/// <param name="Lots">Every lot with calls left that was live in one of the hours.</param>
/// <param name="MonthCalls">Calls charged so far, by month (5.1).</param>
/// <param name="LiveCalls">Size of the lots live at the run's due instant.</param>
/// <param name="LiveLeft">Calls left on them before this closing.</param>
public sealed record ScopeUsage(
    Scope Scope, IReadOnlyList<Lot> Lots, IReadOnlyList<Period> Subscriptions, IReadOnlyDictionary<int, long> MonthCalls,
    long LiveCalls, long LiveLeft, IReadOnlyList<HourUsage> Hours);

/// <param name="NotBillable">Calls with another status, tallied only (1.2).</param>
public sealed record HourUsage(long Hour, long NotBillable, IReadOnlyList<PieceUsage> Pieces);

/// <summary>Billable calls in one piece of an hour, by project.</summary>
/// <param name="InOrder">
/// The same calls one event at a time in the order of 4.1; read, at most once and lazily, only where a lot runs out among competing projects, so that one huge
/// account does not need its events in memory.
/// </param>
public sealed record PieceUsage(Period Piece, IReadOnlyList<Claim> Claims, IEnumerable<Claim> InOrder);
