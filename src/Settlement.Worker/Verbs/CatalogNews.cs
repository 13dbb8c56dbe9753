using Settlement.Domain.Pricing;
using Settlement.Domain.Time;
using Settlement.Worker.Output;

namespace Settlement.Worker.Verbs;

/// <summary>What a catalog file adds to the store's catalog, or why it is refused.</summary>
/// <param name="Released">Quarantined events that the catalog released (7.3).</param>
internal sealed record CatalogNews(
    IReadOnlyList<string> Apis, IReadOnlyList<string> Regions, IReadOnlyList<string> Prices, IReadOnlyList<string> Offers,
    IReadOnlyList<CatalogFault> Faults, long Released)
{
    public bool IsNothing => Apis.Count + Regions.Count + Prices.Count + Offers.Count == 0;

    public static CatalogNews Refused(IReadOnlyList<CatalogFault> faults) => new([], [], [], [], faults, 0);

    public static CatalogNews Between(Catalog? old, Catalog next, BillingZone zone) => new(
        [.. next.Apis.Except(old?.Apis ?? [], StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        [.. next.Regions.Except(old?.Regions ?? [], StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        [.. next.Prices.Select(p => PriceText(p, zone)).Except(old?.Prices.Select(p => PriceText(p, zone)) ?? [], StringComparer.Ordinal)],
        [.. next.Offers.Except(old?.Offers ?? []).Select(o => OfferText(o, zone))],
        [],
        0);

    public IReadOnlyList<(string What, string Name)> Lines() =>
    [
        .. Apis.Select(a => ("API", a)), .. Regions.Select(r => ("region", r)), .. Prices.Select(p => ("price", p)),
        .. Offers.Select(o => ("offer", o)),
    ];

    private static string PriceText(PriceList list, BillingZone zone) => $"{list.Api} in {list.Region} from {zone.Show(list.FromUs)}";

    private static string OfferText(OfferEntry entry, BillingZone zone) =>
        $"{entry.Offer}: {Figures.Of(entry.Calls, "call")}{(entry.FromUs is { } from ? $" from {zone.Show(from)}" : "")}{(entry.ToUs is { } to ? $" to {zone.Show(to)}" : "")}";
}
