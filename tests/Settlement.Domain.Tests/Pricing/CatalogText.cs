using Settlement.Domain.Pricing;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Domain.Tests.Pricing;

/// <summary>A valid catalog file, to be broken in one place at a time.</summary>
internal static class CatalogText
{
    public const string Good = """
        { "currency": "CNY", "apis": ["passport", "general-table"], "regions": ["cn-north-4"],
          "prices": [
            { "api": "passport", "region": "cn-north-4", "from": "2023-01-01T00:00:00+08:00",
              "tiers": [ { "upTo": 1000, "unitPrice": "0.15" }, { "upTo": 5000, "unitPrice": "0.12" }, { "unitPrice": "0.10" } ] },
            { "api": "passport", "region": "cn-north-4", "from": "2023-06-01T00:00:00",
              "tiers": [ { "unitPrice": "0.0000000001" } ] } ],
          "offers": [
            { "offer": "passport-100k", "api": "passport", "region": "cn-north-4", "calls": 100000, "price": "3200", "term": "P1Y", "from": null, "to": "2023-07-01T00:00:00" },
            { "offer": "passport-100k", "api": "passport", "region": "cn-north-4", "calls": 90000, "price": "3200.50", "term": "P1Y", "from": "2023-07-01T00:00:00+08:00" } ] }
        """;

    public static readonly BillingZone Zone = new(8);

    public static (Catalog? Catalog, List<string> Faults) Read(string json, string rootPath = "")
    {
        var faults = new List<CatalogFault>();
        var catalog = CatalogJson.Read(json, rootPath, Zone, faults);
        return (catalog, faults.ConvertAll(f => f.ToString()));
    }

    public static Catalog Parse(string json)
    {
        var (catalog, faults) = Read(json);
        Assert.Empty(faults);
        return catalog!;
    }

    /// <summary>The valid catalog with one piece of text replaced. The piece must occur exactly once.</summary>
    public static string With(string piece, string other)
    {
        Assert.Equal(2, Good.Split(piece).Length);
        return Good.Replace(piece, other, StringComparison.Ordinal);
    }
}
