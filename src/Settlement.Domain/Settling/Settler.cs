using Settlement.Domain.Ledger;
using Settlement.Domain.Lifecycle;
using Settlement.Domain.Money;
using Settlement.Domain.Notices;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;

namespace Settlement.Domain.Settling;

/// <summary>
/// The arithmetic of a closing: what one account's usage in a closing run costs and who pays. Pure. The rows come in order of hour, API, region,
/// project (5.4). Late hours are handled together with timely ones, oldest first (7.2).
/// </summary>
public sealed class Settler
{
    private readonly SettlementInput input;
    private readonly Plan plan;
    private readonly Dictionary<long, Drawing> drawings;
    private readonly Dictionary<(long ScopeNo, BillingMonth Month), long> monthCalls = [];
    private readonly Dictionary<(long ScopeNo, BillingMonth Month), MonthCalls> charged = [];
    private readonly ClosingTotals totals = new();

    private Settler(SettlementInput input)
    {
        this.input = input;
        plan = new Plan(input.Account, input.Terms, new StepTime(input.Run.DueUs, input.NowUs));
        drawings = input.Scopes.ToDictionary(s => s.Scope.ScopeNo, s => new Drawing(s.Lots));
        foreach (var scope in input.Scopes)
        {
            foreach (var (month, calls) in scope.MonthCalls)
                monthCalls[(scope.Scope.ScopeNo, month)] = calls;
        }
    }

    public static Plan Settle(SettlementInput input)
    {
        var settling = new Settler(input);
        var hours = input.Scopes.SelectMany(s => s.Hours.Select(h => (Scope: s, Hour: h)))
            .OrderBy(x => x.Hour.Hour)
            .ThenBy(x => x.Scope.Scope.Api, StringComparer.Ordinal)
            .ThenBy(x => x.Scope.Scope.Region, StringComparer.Ordinal);
        foreach (var (scope, hour) in hours)
        {
            settling.SettleHour(scope, hour);
            if (settling.plan.Fault is not null)
                return settling.plan;
        }

        settling.Finish();
        return settling.plan;
    }

    private void SettleHour(ScopeUsage scope, HourUsage hour)
    {
        totals.NotBillable += hour.NotBillable;
        var spread = new ScopeHour(scope);
        spread.Spread(drawings[scope.Scope.ScopeNo], hour);
        var price = plan.Terms.Catalog.PriceAt(scope.Scope.Api, scope.Scope.Region, hour.Hour.StartUs);
        var month = plan.Zone.MonthOf(hour.Hour.StartUs);
        foreach (var project in spread.Projects)
        {
            foreach (var (lot, calls, use) in project.Draws)
                AddPackageRow(scope, hour, project, lot, calls, use);
            if (price is not null)
                Charge(scope, hour, project, price, month);
        }

        foreach (var project in spread.Projects)
        {
            foreach (var uncovered in project.Uncovered)
            {
                if (price is null || !uncovered.MayBeCharged)
                    Hold(scope, uncovered, project.Project, price, month);
            }
        }
    }

    private void AddPackageRow(ScopeUsage scope, HourUsage hour, ProjectUse project, Lot lot, long calls, Period use)
    {
        totals.PackageCalls += calls;
        plan.Add(UsageRow(RowKind.PackageUsage, scope, hour, project.Project, use, calls) with { PackageNo = lot.PackageNo, LotNo = lot.LotNo });
    }

    private void Charge(ScopeUsage scope, HourUsage hour, ProjectUse project, PriceList price, BillingMonth month)
    {
        var pieces = project.Uncovered.Where(u => u.MayBeCharged).ToList();
        if (pieces.Count == 0)
            return;
        var calls = pieces.Sum(u => u.Calls);
        var key = (scope.Scope.ScopeNo, month);
        var before = monthCalls.GetValueOrDefault(key);
        var rated = Tiers.Rate(price.Tiers, before, calls);
        if (!rated.IsInBounds)
        {
            plan.Fail($"A fee of {Amount.ShowE8(rated.FeeE8)} exceeds the largest movement, 10^10 units.");
            return;
        }

        var feeE8 = (long)rated.FeeE8;
        var rounded = Rounding.Deduct(plan.Terms.Settings.Rounding, plan.Terms.Catalog.Currency, feeE8, plan.After.RemainderE8);
        var use = new Period(pieces.Min(u => u.Piece.StartUs), pieces.Max(u => u.Piece.EndUs));
        var row = plan.Add(UsageRow(RowKind.PayPerUse, scope, hour, project.Project, use, calls) with
        {
            FeeE8 = feeE8,
            DeductedE8 = rounded.DeductedE8,
            WrittenOffE8 = rounded.WrittenOffE8,
            Steps = rated.Steps,
        });
        plan.Post(
            row,
            (Book.Balance, -rounded.DeductedE8),
            (Book.Remainder, plan.After.RemainderE8 - rounded.RemainderE8),
            (Book.UsageRevenue, feeE8),
            (Book.WriteOffs, -rounded.WrittenOffE8));
        monthCalls[key] = before + calls;
        charged[key] = new MonthCalls(scope.Scope.ScopeNo, month, before + calls, !scope.MonthCalls.ContainsKey(month));
        totals.Charge(calls, feeE8, rounded.DeductedE8);
    }

    private BillRow UsageRow(RowKind kind, ScopeUsage scope, HourUsage hour, string? project, Period use, long calls) => new()
    {
        Line = plan.NextLine,
        Kind = kind,
        ScopeNo = scope.Scope.ScopeNo,
        Project = project,
        Use = use,
        Hour = hour.Hour,
        Cycle = Cycle.OfUsage(plan.Zone, hour.Hour, plan.Time.NowUs),
        Calls = calls,
        Late = hour.Hour <= input.Run.AfterHour,
    };

    /// <summary>
    /// A billable call that no lot covers is either not subscribed or has no price (5.5). Its value is calculated after the hour's charges.
    /// </summary>
    private void Hold(ScopeUsage scope, Uncovered uncovered, string? project, PriceList? price, BillingMonth month)
    {
        var reason = uncovered.MayBeCharged ? HoldReason.NoPrice : HoldReason.NotSubscribed;
        long? unitPrice = price is null ? null : Tiers.NextPriceE10(price.Tiers, monthCalls.GetValueOrDefault((scope.Scope.ScopeNo, month)));
        totals.HeldCalls += uncovered.Calls;
        plan.Held.Add(new HeldCalls(
            scope.Scope.ScopeNo, uncovered.Piece, project, uncovered.Of.Waived, uncovered.Skip, uncovered.Calls, reason, unitPrice));
    }

    private void Finish()
    {
        plan.MonthCalls.AddRange(charged.Values);
        var cause = Cause.OfClosing(input.Account.AccountId, input.Run.ToSlot);
        foreach (var lot in drawings.Values.SelectMany(d => d.Changed))
            plan.LotsLeft.Add(new LotLeft(lot.Lot.PackageNo, lot.Lot.LotNo, lot.Lot.Left, lot.Left));
        TellSettled(cause);
        // Not by number: scopes are numbered in the order in which they are first seen, and an outage changes that order (2.4).
        foreach (var scope in input.Scopes.OrderBy(s => s.Scope.Api, StringComparer.Ordinal).ThenBy(s => s.Scope.Region, StringComparer.Ordinal))
            PackageNotices.AfterClosing(plan, scope, drawings[scope.Scope.ScopeNo].Changed.ToList(), cause);
        TellHeld(cause);
        BalanceWatch.AfterMovement(plan, cause);
    }

    private void TellSettled(string cause)
    {
        var hours = input.Scopes.SelectMany(s => s.Hours).Select(h => h.Hour).DefaultIfEmpty(input.Run.ToHour).ToList();
        plan.Tell(Notice.Of(
            NoticeName.HourSettled,
            cause,
            input.Run.DueUs,
            null,
            ("hoursFrom", plan.Zone.Show(hours.Min().StartUs)),
            ("hoursTo", plan.Zone.Show(hours.Max().Next.StartUs)),
            ("packageCalls", totals.PackageCalls),
            ("payPerUseCalls", totals.ChargedCalls),
            ("heldCalls", totals.HeldCalls),
            ("notBillableCalls", totals.NotBillable),
            ("fee", Amount.ShowE8(totals.FeeE8)),
            ("deducted", plan.ShowAmount(totals.DeductedE8)),
            ("balance", plan.ShowAmount(plan.After.BalanceE8))));
    }

    private void TellHeld(string cause)
    {
        foreach (var held in plan.Held.GroupBy(h => (h.ScopeNo, h.Reason)))
        {
            var scope = input.Scopes.First(s => s.Scope.ScopeNo == held.Key.ScopeNo).Scope;
            plan.Tell(Notice.Of(
                NoticeName.UsageQuarantined,
                Cause.Of(cause, scope.Api, scope.Region, held.Key.Reason),
                input.Run.DueUs,
                null,
                ("reason", held.Key.Reason),
                ("api", scope.Api),
                ("region", scope.Region),
                ("calls", held.Sum(h => h.Calls))));
        }
    }

    private sealed class ClosingTotals
    {
        public long PackageCalls { get; set; }

        public long ChargedCalls { get; private set; }

        public long HeldCalls { get; set; }

        public long NotBillable { get; set; }

        /// <summary>The sum of all rows. Each row is at most one movement, but the sum may not fit in a <c>long</c>.</summary>
        public Int128 FeeE8 { get; private set; }

        public Int128 DeductedE8 { get; private set; }

        public void Charge(long calls, long feeE8, long deductedE8)
        {
            ChargedCalls += calls;
            FeeE8 += feeE8;
            DeductedE8 += deductedE8;
        }
    }
}
