using Settlement.Domain.Money;
using Settlement.Domain.Plans;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>Adds up what closings did, from their plans as they are committed.</summary>
internal sealed class ClosedRuns
{
    private readonly SortedDictionary<SettleSlot, Totals> runs = [];

    public ClosedRuns(Timeline timeline) => timeline.Settled += Add;

    public bool HeldAny => runs.Values.Any(r => r.HeldCalls > 0);

    public IReadOnlyList<ClosedRunView> Views(ViewMaker views) => [.. runs.Values.Select(r => r.View(views))];

    public static IReadOnlyList<Column<ClosedRunView>> Columns =>
    [
        new("RUN", r => Figures.Short(r.Run)), new("CLOSED THROUGH", r => Figures.Short(r.HoursTo), Detail: true),
        new("ACCOUNTS", r => Figures.Count(r.Accounts), RightAligned: true),
        new("ROWS", r => Figures.Count(r.Rows), RightAligned: true), new("CALLS", r => Figures.Count(r.Calls), RightAligned: true),
        new("HELD", r => Figures.Count(r.HeldCalls), RightAligned: true), new("FEE", r => r.Fee, RightAligned: true, Detail: true),
        new("DEDUCTED", r => r.Deducted, RightAligned: true),
    ];

    /// <summary>One line about all of them.</summary>
    public string Summary(ViewMaker views, string closed = "Closed")
    {
        if (runs.Count == 0)
            return $"{closed}: no hour with usage was due.";
        var accounts = runs.Values.SelectMany(r => r.Accounts).Distinct().Count();
        return $"{closed}: {Figures.Of(runs.Count, "run")}, {Figures.Of(accounts, "account")}, {Figures.Of(Sum(r => r.Rows), "row")}, "
            + $"{Figures.Of(Sum(r => r.Calls), "call")}, {views.Money(Sum(r => r.DeductedE8))} {views.Currency} deducted"
            + (HeldAny ? $"; {Figures.Of(Sum(r => r.HeldCalls), "call")} quarantined (settlement quarantine list)." : ".");
    }

    private Int128 Sum(Func<Totals, Int128> of) => runs.Values.Aggregate((Int128)0, (sum, r) => sum + of(r));

    private void Add(ClosingRun run, IReadOnlyList<Plan> plans)
    {
        // By slot: two runs may be due at the same instant.
        if (!runs.TryGetValue(run.ToSlot, out var totals))
            runs[run.ToSlot] = totals = new Totals(run);
        foreach (var plan in plans)
            totals.Add(plan);
    }

    private sealed class Totals(ClosingRun run)
    {
        public List<long> Accounts { get; } = [];

        public Int128 Rows { get; private set; }

        public Int128 Calls { get; private set; }

        public Int128 HeldCalls { get; private set; }

        public Int128 DeductedE8 { get; private set; }

        private Int128 FeeE8 { get; set; }

        public void Add(Plan plan)
        {
            Accounts.Add(plan.Before.AccountNo);
            foreach (var row in plan.Rows)
            {
                Rows++;
                Calls += row.Calls ?? 0;
                FeeE8 += row.FeeE8;
                DeductedE8 += row.DeductedE8;
            }

            foreach (var held in plan.Held)
                HeldCalls += held.Calls;
        }

        public ClosedRunView View(ViewMaker views) => new(
            views.Time(run.DueUs),
            run.AfterHour == StoreState.NoClosedHour ? null : views.Time(run.AfterHour.Next.StartUs),
            views.Time(run.ToHour.Next.StartUs),
            Accounts.Count,
            (long)Rows,
            (long)Calls,
            Amount.ShowE8(FeeE8),
            views.Money(DeductedE8),
            (long)HeldCalls);
    }
}

/// <param name="HoursFrom">Null if this store's first closing took every hour before.</param>
/// <param name="HoursTo">The end of the last hour closed.</param>
/// <param name="HeldCalls">Calls that went to quarantine (5.5).</param>
internal sealed record ClosedRunView(
    string Run, string? HoursFrom, string HoursTo, long Accounts, long Rows, long Calls, string Fee, string Deducted, long HeldCalls);
