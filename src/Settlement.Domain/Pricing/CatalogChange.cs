using System.Globalization;
using Settlement.Domain.Time;

namespace Settlement.Domain.Pricing;

/// <summary>
/// Whether one catalog may replace another in a store that is in use. A price list is never edited, only followed by another (5.2), and the prices
/// that a closed hour was charged at never change. Offers may change their price, calls, term and times; a <c>to</c> withdraws them.
/// </summary>
public static class CatalogChange
{
    /// <param name="old">The current catalog of the store.</param>
    /// <param name="next">The catalog that would replace it.</param>
    /// <param name="closedThrough">The last closed hour, since 1970.</param>
    /// <param name="zone">The zone in which faults show times.</param>
    /// <param name="pricedThrough">
    /// The last hour in which a call of the scope was charged, if only charged hours rule out a new list; null: every closed hour does.
    /// </param>
    /// <returns>Every reason why the new catalog can't be used; empty if it can.</returns>
    public static List<CatalogFault> Judge(
        Catalog old, Catalog next, BillingHour closedThrough, BillingZone zone = default, Func<PriceList, BillingHour>? pricedThrough = null)
    {
        var faults = new List<CatalogFault>();
        if (!string.Equals(old.Currency.Code, next.Currency.Code, StringComparison.Ordinal))
            faults.Add(new CatalogFault("currency", $"the store is kept in {old.Currency.Code}, which can't change"));
        JudgeKept(old, next, zone, faults);
        JudgeAdded(old, next, list => pricedThrough?.Invoke(list) is { } priced && priced < closedThrough ? priced : closedThrough, zone, faults);
        JudgeOffers(old, next, faults);
        return faults;
    }

    private static void JudgeKept(Catalog old, Catalog next, BillingZone zone, List<CatalogFault> faults)
    {
        foreach (var list in old.Prices)
        {
            var at = IndexOf(next.Prices, p => SameScope(p, list) && p.FromUs == list.FromUs);
            if (at < 0)
                faults.Add(new CatalogFault("prices", $"the list for {Show(list, zone)} is left out; a price list is never taken back, only followed by another"));
            else if (!next.Prices[at].Tiers.SequenceEqual(list.Tiers))
                faults.Add(new CatalogFault(
                    Path("prices",
                    at, "tiers"), $"differ from the store's for {Show(list, zone)}; a price list is never edited, only followed by another"));
        }
    }

    private static void JudgeAdded(Catalog old, Catalog next, Func<PriceList, BillingHour> through, BillingZone zone, List<CatalogFault> faults)
    {
        for (var i = 0; i < next.Prices.Count; i++)
        {
            var list = next.Prices[i];
            var known = old.Prices.Where(p => SameScope(p, list)).ToList();
            // Before the first list there was no price, so an earlier list changes nothing that was charged: it fills a gap.
            if (known.Count == 0 || known.Exists(p => p.FromUs == list.FromUs) || list.FromUs < known.Min(p => p.FromUs))
                continue;
            if (list.FromUs < known.Max(p => p.FromUs))
                faults.Add(new CatalogFault(Path("prices", i, "from"), $"a new list for {Show(list, zone)} would change the one in force then; it must start after {zone.Show(known.Max(p => p.FromUs))}"));
            else if (BillingHour.Of(list.FromUs) <= through(list))
                faults.Add(new CatalogFault(Path("prices", i, "from"), $"a new list for {Show(list, zone)} would start in a closed hour; the first open one starts {zone.Show(through(list).Next.StartUs)}"));
        }
    }

    /// <summary>Packages are renewed by their offer for as long as they last (8.6), so an offer must stay known and keep its scope.</summary>
    private static void JudgeOffers(Catalog old, Catalog next, List<CatalogFault> faults)
    {
        foreach (var before in old.Offers.DistinctBy(o => o.Offer, StringComparer.Ordinal))
        {
            var at = IndexOf(next.Offers, o => string.Equals(o.Offer, before.Offer, StringComparison.Ordinal));
            if (at < 0)
                faults.Add(new CatalogFault("offers", $"'{before.Offer}' is left out; packages are renewed by it: withdraw it with a \"to\""));
            else if (!string.Equals(next.Offers[at].Api, before.Api, StringComparison.Ordinal))
                faults.Add(new CatalogFault(
                    Path("offers", at, "api"), $"'{before.Offer}' is for {before.Api}, which can't change: packages are renewed by it"));
            else if (!string.Equals(next.Offers[at].Region, before.Region, StringComparison.Ordinal))
                faults.Add(new CatalogFault(
                    Path("offers", at, "region"), $"'{before.Offer}' is for {before.Region}, which can't change: packages are renewed by it"));
        }
    }

    private static bool SameScope(PriceList a, PriceList b) =>
        string.Equals(a.Api, b.Api, StringComparison.Ordinal) && string.Equals(a.Region, b.Region, StringComparison.Ordinal);

    private static int IndexOf<T>(IReadOnlyList<T> list, Func<T, bool> match)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (match(list[i]))
                return i;
        }

        return -1;
    }

    private static string Show(PriceList list, BillingZone zone) => $"{list.Api} in {list.Region} from {zone.Show(list.FromUs)}";

    private static string Path(string list, int index, string field) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}].{field}");
}
