using Settlement.Domain.Money;
using Settlement.Domain.Time;

namespace Settlement.Domain.Pricing;

/// <summary>Reading price lists and their tiers (5.1-5.3).</summary>
public static partial class CatalogJson
{
    private static PriceList? ReadPrices(CatalogNode node, BillingZone zone)
    {
        if (!node.IsObject("api", "region", "from", "tiers"))
            return null;
        var api = node.Required("api")?.Name();
        var region = node.Required("region")?.Name();
        var from = node.Required("from");
        var fromUs = from?.Time(zone);
        if (fromUs % Instant.PerHourUs is not (null or 0))
            from!.Fault($"{from.Show()} is not on a whole hour");
        var tiers = ReadTiers(node.Required("tiers"));
        return api is null || region is null || fromUs is null ? null : new PriceList(api, region, fromUs.Value, tiers);
    }

    private static List<Tier> ReadTiers(CatalogNode? list)
    {
        var tiers = new List<Tier>();
        var items = list?.Items() ?? [];
        long end = 0;
        for (var i = 0; i < items.Count; i++)
        {
            if (!items[i].IsObject("upTo", "unitPrice"))
                continue;
            var upTo = items[i].Optional("upTo");
            var last = i == items.Count - 1;
            if (upTo is null && !last)
                items[i].FaultAt("upTo", "is missing: only the last tier has no end");
            else if (upTo is not null && last)
                upTo.Fault("the last tier has no end");
            var next = upTo?.PositiveWhole(long.MaxValue);
            if (next <= end)
                upTo!.Fault($"{upTo.Show()} is not above the tier before");
            end = Math.Max(end, next ?? end);
            tiers.Add(new Tier(next, ReadUnitPrice(items[i].Required("unitPrice"))));
        }

        if (list is not null && items.Count == 0)
            list.Fault("has no tier");
        return tiers;
    }

    private static long ReadUnitPrice(CatalogNode? node)
    {
        if (node?.Text(DecimalString) is not { } text)
            return 0;
        if (text.StartsWith('-') || !Amount.TryParsePriceE10(text, out var e10))
        {
            node.Fault($"{node.Show()} is not a decimal number from 0 to 100,000,000 with at most 10 decimals");
            return 0;
        }

        return e10;
    }
}
