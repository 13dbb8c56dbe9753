using Settlement.Domain.Time;

namespace Settlement.Domain.Pricing;

/// <summary>Something read from a catalog file, with its place in the file.</summary>
internal readonly record struct Placed<T>(CatalogNode Node, T Read);

/// <summary>Rules between the parts of a catalog.</summary>
internal static class CatalogRules
{
    /// <summary>Prices and offers may name only APIs and regions that are listed. If a list could not be read, it is not checked against.</summary>
    public static void KnowScopes<T>(
        List<Placed<T>> all, Func<T, (string Api, string Region)> scopeOf, IReadOnlyList<string>? apis, IReadOnlyList<string>? regions)
    {
        foreach (var (node, read) in all)
        {
            var (api, region) = scopeOf(read);
            if (apis is not null && !apis.Contains(api, StringComparer.Ordinal))
                node.FaultAt("api", $"'{api}' is not listed in apis");
            if (regions is not null && !regions.Contains(region, StringComparer.Ordinal))
                node.FaultAt("region", $"'{region}' is not listed in regions");
        }
    }

    public static void OneListAtATime(List<Placed<PriceList>> prices, BillingZone zone)
    {
        var first = new Dictionary<(string, string, long), string>();
        foreach (var (node, list) in prices)
        {
            if (!first.TryAdd((list.Api, list.Region, list.FromUs), node.Path))
                node.FaultAt("from", $"{first[(list.Api, list.Region, list.FromUs)]} already has a list for {list.Api} in {list.Region} from {zone.Show(list.FromUs)}");
        }
    }

    /// <summary>
    /// Entries of one offer follow each other in time and cover one scope. Otherwise a renewal would change what the package covers.
    /// </summary>
    public static void OneEntryAtATime(List<Placed<OfferEntry>> offers)
    {
        foreach (var entries in offers.GroupBy(o => o.Read.Offer, StringComparer.Ordinal))
        {
            var (firstNode, first) = entries.First();
            foreach (var (node, entry) in entries)
            {
                if (!string.Equals(entry.Api, first.Api, StringComparison.Ordinal))
                    node.FaultAt("api", $"differs from {firstNode.Path}: entries of one offer are for one API in one region");
                if (!string.Equals(entry.Region, first.Region, StringComparison.Ordinal))
                    node.FaultAt("region", $"differs from {firstNode.Path}: entries of one offer are for one API in one region");
            }

            Placed<OfferEntry>? before = null;
            foreach (var placed in entries.OrderBy(e => e.Read.FromUs ?? long.MinValue))
            {
                if (before is { } b && (b.Read.ToUs ?? long.MaxValue) > (placed.Read.FromUs ?? long.MinValue))
                    placed.Node.FaultAt("from", $"begins before {b.Node.Path} of the same offer ends");
                if (before is null || (placed.Read.ToUs ?? long.MaxValue) > (before.Value.Read.ToUs ?? long.MaxValue))
                    before = placed;
            }
        }
    }
}
