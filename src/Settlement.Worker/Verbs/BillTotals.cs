using Settlement.Domain.Ledger;
using Settlement.Domain.Money;
using Settlement.Domain.Time;
using Settlement.Storage.Bills;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>
/// What bill rows add up to, by kind and in total, and what was used in the requested month but is billed in another. Rows are added one by one and
/// not kept.
/// </summary>
internal sealed class BillTotals
{
    private readonly SortedDictionary<long, Total> kinds = [];
    private readonly SortedDictionary<BillingMonth, Total> elsewhere = [];
    private Total all = new("total");

    public void Add(BillLine line)
    {
        all = all.With(line);
        kinds[line.Kind] = kinds.GetValueOrDefault(line.Kind, new Total(ViewMaker.Kinds[(int)line.Kind])).With(line);
    }

    /// <summary>A row of a cycle other than the one asked for.</summary>
    public void AddElsewhere(BillLine line) => elsewhere[line.Cycle] = elsewhere.GetValueOrDefault(line.Cycle, new Total("")).With(line);

    public void Print(Listing listing, ViewMaker views)
    {
        if (listing.Format != OutputFormat.Table)
        {
            listing.Say($"{Figures.Of(all.Rows, "row")}, {Figures.Of(all.Used, "call")} used, {Figures.Of(all.Bought, "call")} bought, fee {Amount.ShowE8(all.FeeE8)}, deducted {views.Money(all.DeductedE8)} {views.Currency}");
            return;
        }

        listing.Table<Total>(
            kinds.Count == 1 ? [.. kinds.Values] : [.. kinds.Values, all],
            [
                new(views.Currency, t => t.Kind), new("ROWS", t => Figures.Count(t.Rows), RightAligned: true),
                new("BOUGHT", t => t.Bought == 0 ? null : Figures.Count(t.Bought), RightAligned: true),
                new("USED", t => t.Used == 0 ? null : Figures.Count(t.Used), RightAligned: true),
                new("FEE", t => Amount.ShowE8(t.FeeE8), RightAligned: true),
                new("DEDUCTED", t => views.Money(t.DeductedE8), RightAligned: true),
                new("WRITTEN OFF", t => Amount.ShowE8(t.WrittenOffE8), RightAligned: true, Detail: true),
            ]);
        listing.Say(views.TimesAre);
    }

    /// <param name="listing">Where it is printed.</param>
    /// <param name="month">The cycle asked for.</param>
    public void PrintElsewhere(Listing listing, BillingMonth month)
    {
        foreach (var (cycle, total) in elsewhere)
        {
            var billed = cycle.ToString();
            listing.Say($"{Figures.Of(total.Used, "call")} of {month} {(total.Used == 1 ? "was" : "were")} deducted later and stand{(total.Used == 1 ? "s" : "")} on the bill of {billed} ({Figures.Of(total.Rows, "row")}): bill --month {billed}");
        }
    }

    /// <summary>
    /// Wider than the numbers of a row: summed over many accounts, a long would overflow. Calls that were bought and calls that were used are not
    /// added together.
    /// </summary>
    private readonly record struct Total(string Kind, long Rows = 0, Int128 Bought = default, Int128 Used = default, Int128 FeeE8 = default,
        Int128 DeductedE8 = default, Int128 WrittenOffE8 = default)
    {
        public Total With(BillLine line)
        {
            var used = (RowKind)line.Kind is RowKind.PackageUsage or RowKind.PayPerUse;
            var calls = line.Calls ?? 0;
            return this with
            {
                Rows = Rows + 1,
                Bought = Bought + (used ? 0 : calls),
                Used = Used + (used ? calls : 0),
                FeeE8 = FeeE8 + line.FeeE8,
                DeductedE8 = DeductedE8 + line.DeductedE8,
                WrittenOffE8 = WrittenOffE8 + line.WrittenOffE8,
            };
        }
    }
}
