using System.Text.Json;
using Settlement.Domain.Money;
using Settlement.Domain.Time;

namespace Settlement.Domain.Pricing;

/// <summary>
/// Reads catalog files (INTERFACE 4) and writes them back. A catalog with any fault is refused as a whole, and every fault is reported: half a price
/// list would be worse than none.
/// </summary>
public static partial class CatalogJson
{
    private const long MaxOfferCalls = 1_000_000_000_000;

    /// <summary>A JSON number may have gone through binary floating point before it was written to the file, so amounts are text (5.4).</summary>
    private const string DecimalString = "a decimal string such as \"0.15\"";

    /// <param name="json">The file's text.</param>
    /// <param name="rootPath">The start of every fault's path: empty for a catalog file, <c>catalog</c> in a scenario.</param>
    /// <param name="zone">The zone for times without an offset.</param>
    /// <param name="faults">The list to which faults are added.</param>
    /// <returns>The catalog, or null if there is any fault.</returns>
    public static Catalog? Read(string json, string rootPath, BillingZone zone, List<CatalogFault> faults)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement, rootPath, zone, faults);
        }
        catch (JsonException e)
        {
            faults.Add(new CatalogFault(rootPath, $"is not JSON: {e.Message}"));
        }
        catch (ArgumentException)
        {
            faults.Add(new CatalogFault(rootPath, "is not valid text"));
        }

        return null;
    }

    /// <inheritdoc cref="Read(string, string, BillingZone, List{CatalogFault})"/>
    public static Catalog? Read(JsonElement json, string rootPath, BillingZone zone, List<CatalogFault> faults)
    {
        var before = faults.Count;
        var root = new CatalogNode(json, rootPath, faults);
        if (!root.IsObject("currency", "apis", "regions", "prices", "offers"))
            return null;
        var currency = ReadCurrency(root.Required("currency"));
        var apis = ReadNames(root.Required("apis"));
        var regions = ReadNames(root.Required("regions"));
        var prices = ReadEach(root.Optional("prices"), item => ReadPrices(item, zone));
        var offers = ReadEach(root.Optional("offers"), item => ReadOffer(item, currency, zone));
        CatalogRules.KnowScopes(prices, p => (p.Api, p.Region), apis, regions);
        CatalogRules.KnowScopes(offers, o => (o.Api, o.Region), apis, regions);
        CatalogRules.OneListAtATime(prices, zone);
        CatalogRules.OneEntryAtATime(offers);
        return faults.Count > before ? null
            : new Catalog(currency!, apis!, regions!, [.. prices.Select(p => p.Read)], [.. offers.Select(o => o.Read)]);
    }

    private static Currency? ReadCurrency(CatalogNode? node)
    {
        if (node?.Text() is not { } code)
            return null;
        var currency = Currency.Find(code);
        if (currency is null)
            node.Fault($"{node.Show()} is no currency code of ISO 4217");
        return currency;
    }

    private static List<string>? ReadNames(CatalogNode? list)
    {
        if (list is null)
            return null;
        var names = new List<string>();
        foreach (var item in list.Items())
        {
            if (item.Name() is not { } name)
                continue;
            if (names.Contains(name, StringComparer.Ordinal))
                item.Fault($"'{name}' is listed twice");
            names.Add(name);
        }

        return names;
    }

    private static List<Placed<T>> ReadEach<T>(CatalogNode? list, Func<CatalogNode, T?> read)
        where T : class =>
        list is null ? []
            : [.. list.Items().Select(item => (Item: item, Read: read(item))).Where(p => p.Read is not null)
            .Select(p => new Placed<T>(p.Item, p.Read!))];

    private static OfferEntry? ReadOffer(CatalogNode node, Currency? currency, BillingZone zone)
    {
        if (!node.IsObject("offer", "api", "region", "calls", "price", "term", "from", "to"))
            return null;
        var offer = node.Required("offer")?.Name();
        var api = node.Required("api")?.Name();
        var region = node.Required("region")?.Name();
        var calls = node.Required("calls")?.PositiveWhole(MaxOfferCalls);
        var priceE8 = ReadOfferPrice(node.Required("price"), currency);
        var term = ReadTerm(node.Required("term"));
        var fromUs = node.Optional("from")?.Time(zone);
        var toUs = node.Optional("to")?.Time(zone);
        if (toUs <= fromUs)
            node.FaultAt("to", "is not after from");
        return offer is null || api is null || region is null ? null : new OfferEntry(offer, api, region, calls ?? 1, priceE8, term, fromUs, toUs);
    }

    private static long ReadOfferPrice(CatalogNode? node, Currency? currency)
    {
        if (node?.Text(DecimalString) is not { } text)
            return 0;
        if (text.StartsWith('-') || !Amount.TryParseE8(text, out var e8))
            node.Fault($"{node.Show()} is not a decimal number from 0 to 10,000,000,000");
        else if (currency is not null && e8 % currency.MinorUnitE8 != 0)
            node.Fault($"{node.Show()} is not in whole minor units of {currency.Code}, which has {currency.Decimals} decimals");
        else
            return e8;
        return 0;
    }

    private static Term ReadTerm(CatalogNode? node)
    {
        if (node?.Text() is not { } text)
            return default;
        if (!Term.TryParse(text, out var term))
            node.Fault($"{node.Show()} is not a term of one unit such as P1Y, P1M, P2W or P30D");
        return term;
    }
}
