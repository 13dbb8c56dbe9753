using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Settlement.Domain.Money;
using Settlement.Domain.Time;

namespace Settlement.Domain.Pricing;

/// <summary>The canonical text of a catalog. Two catalogs with the same content have the same text, whatever the order in their files.</summary>
public static partial class CatalogJson
{
    private static readonly JsonWriterOptions Canonical =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="catalog">The catalog to write.</param>
    /// <param name="zone">The zone in which times are shown; UTC if not given.</param>
    public static string Write(Catalog catalog, BillingZone zone = default)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Canonical))
        {
            json.WriteStartObject();
            json.WriteString("currency", catalog.Currency.Code);
            WriteNames(json, "apis", catalog.Apis);
            WriteNames(json, "regions", catalog.Regions);
            json.WriteStartArray("prices");
            foreach (var list in catalog.Prices.OrderBy(p => p.Api, StringComparer.Ordinal).ThenBy(p => p.Region, StringComparer.Ordinal)
                .ThenBy(p => p.FromUs))
                WritePrices(json, list, catalog.Currency, zone);
            json.WriteEndArray();
            json.WriteStartArray("offers");
            foreach (var entry in catalog.Offers.OrderBy(o => o.Offer, StringComparer.Ordinal).ThenBy(o => o.FromUs ?? long.MinValue))
                WriteOffer(json, entry, catalog.Currency, zone);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteNames(Utf8JsonWriter json, string field, IEnumerable<string> names)
    {
        json.WriteStartArray(field);
        foreach (var name in names.Order(StringComparer.Ordinal))
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static void WritePrices(Utf8JsonWriter json, PriceList list, Currency currency, BillingZone zone)
    {
        json.WriteStartObject();
        json.WriteString("api", list.Api);
        json.WriteString("region", list.Region);
        json.WriteString("from", zone.Show(list.FromUs));
        json.WriteStartArray("tiers");
        foreach (var tier in list.Tiers)
        {
            json.WriteStartObject();
            if (tier.UpTo is { } upTo)
                json.WriteNumber("upTo", upTo);
            json.WriteString("unitPrice", Amount.Show(tier.UnitPriceE10, 10, currency.Decimals));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOffer(Utf8JsonWriter json, OfferEntry entry, Currency currency, BillingZone zone)
    {
        json.WriteStartObject();
        json.WriteString("offer", entry.Offer);
        json.WriteString("api", entry.Api);
        json.WriteString("region", entry.Region);
        json.WriteNumber("calls", entry.Calls);
        json.WriteString("price", Amount.ShowFixed(entry.PriceE8, 8, currency.Decimals));
        json.WriteString("term", entry.Term.ToString());
        json.WriteString("from", entry.FromUs is { } from ? zone.Show(from) : null);
        json.WriteString("to", entry.ToUs is { } to ? zone.Show(to) : null);
        json.WriteEndObject();
    }
}
