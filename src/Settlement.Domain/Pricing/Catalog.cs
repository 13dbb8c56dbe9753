using Settlement.Domain.Money;
using Settlement.Domain.Time;

namespace Settlement.Domain.Pricing;

/// <summary>One step of a graduated price: up to and including call <see cref="UpTo"/> of the month; the last tier has no end (5.1).</summary>
public sealed record Tier(long? UpTo, long UnitPriceE10);

/// <summary>The price of one API in one region, from a whole hour on until the next list of the same scope begins (5.2).</summary>
public sealed record PriceList(string Api, string Region, long FromUs, IReadOnlyList<Tier> Tiers);

/// <summary>What a package costs and how many calls it has, in [from, to). Entries of one offer follow each other in time.</summary>
public sealed record OfferEntry(string Offer, string Api, string Region, long Calls, long PriceE8, Term Term, long? FromUs, long? ToUs);

/// <summary>What is sold, where and at what price. Created by <see cref="CatalogJson"/>; immutable.</summary>
public sealed class Catalog(
    Currency currency, IReadOnlyList<string> apis, IReadOnlyList<string> regions, IReadOnlyList<PriceList> prices, IReadOnlyList<OfferEntry> offers)
{
    private readonly HashSet<string> apiSet = new(apis, StringComparer.Ordinal);
    private readonly HashSet<string> regionSet = new(regions, StringComparer.Ordinal);
    private readonly Dictionary<(string, string), PriceList[]> pricesByScope =
        prices.GroupBy(p => (p.Api, p.Region)).ToDictionary(g => g.Key, g => g.OrderByDescending(p => p.FromUs).ToArray());
    private readonly Dictionary<string, OfferEntry[]> offersByName =
        offers.GroupBy(o => o.Offer, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.OrderByDescending(o => o.FromUs ?? long.MinValue).ToArray(), StringComparer.Ordinal);

    public Currency Currency { get; } = currency;

    public IReadOnlyList<string> Apis { get; } = apis;

    public IReadOnlyList<string> Regions { get; } = regions;

    public IReadOnlyList<PriceList> Prices { get; } = prices;

    public IReadOnlyList<OfferEntry> Offers { get; } = offers;

    public bool HasApi(string api) => apiSet.Contains(api);

    public bool HasRegion(string region) => regionSet.Contains(region);

    /// <summary>The price in force at an instant; null before the first list.</summary>
    public PriceList? PriceAt(string api, string region, long us) =>
        pricesByScope.TryGetValue((api, region), out var lists) ? Array.Find(lists, p => p.FromUs <= us) : null;

    /// <summary>The last entry of an offer that had begun by an instant; null if the offer is unknown then.</summary>
    public OfferEntry? LastOfferAt(string offer, long us) =>
        offersByName.TryGetValue(offer, out var entries) ? Array.Find(entries, o => (o.FromUs ?? long.MinValue) <= us) : null;

    /// <summary>Whether an entry found by <see cref="LastOfferAt"/> is past its end (8.6).</summary>
    public static bool IsWithdrawn(OfferEntry entry, long us) => entry.ToUs is { } to && to <= us;
}
