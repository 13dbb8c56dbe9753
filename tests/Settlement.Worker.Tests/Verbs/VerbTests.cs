namespace Settlement.Worker.Tests.Verbs;

/// <summary>What the tests of verbs share: a small gateway's catalog.</summary>
internal static class VerbTests
{
    public const string Catalog = """
        { "currency": "CNY", "apis": ["passport", "general-table"], "regions": ["cn-north-4"],
          "prices": [ { "api": "passport", "region": "cn-north-4", "from": "2023-01-01T00:00:00+08:00",
                        "tiers": [ { "upTo": 100, "unitPrice": "0.15" }, { "unitPrice": "0.10" } ] } ],
          "offers": [ { "offer": "passport-1k", "api": "passport", "region": "cn-north-4", "calls": 1000, "price": "120", "term": "P1M", "from": null, "to": null } ] }
        """;
}
