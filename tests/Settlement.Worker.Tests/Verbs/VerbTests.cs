namespace Settlement.Worker.Tests.Verbs;

/// <summary>What the tests of verbs share: a small gateway's catalog, and an account's afternoon on it.</summary>
internal static class VerbTests
{
    public const string Catalog = """
        { "currency": "CNY", "apis": ["passport", "general-table"], "regions": ["cn-north-4"],
          "prices": [ { "api": "passport", "region": "cn-north-4", "from": "2023-01-01T00:00:00+08:00",
                        "tiers": [ { "upTo": 10, "unitPrice": "0.15" }, { "unitPrice": "0.1000001" } ] } ],
          "offers": [ { "offer": "passport-30", "api": "passport", "region": "cn-north-4", "calls": 30, "price": "120", "term": "P1M", "from": null, "to": null } ] }
        """;

    public static readonly object[] Commands =
    [
        new { id = "c1", type = "open-account", account = "a1", name = "Acme", at = "2023-04-18T15:00:00+08:00" },
        new { id = "c2", type = "top-up", account = "a1", amount = "239.99", at = "2023-04-18T15:00:00+08:00" },
        new { id = "c3", type = "subscribe", account = "a1", api = "passport", region = "cn-north-4", resourceName = "front desk",
            at = "2023-04-18T15:30:00+08:00" },
        new { id = "c4", type = "buy-package", account = "a1", offer = "passport-30", package = "P1", autoRenew = true,
            at = "2023-04-18T16:30:30+08:00" },
        new { id = "c5", type = "buy-package", account = "a1", offer = "passport-30", package = "P2", origin = "free", by = "Bob", project = "X",
            at = "2023-04-18T16:45:00+08:00" },
    ];

    /// <summary>
    /// 90 events from 15:20 on, a minute apart, of 1 to 3 calls, every fifth for project X; some fail, and some are for an API without a price.
    /// </summary>
    public static string Usage() =>
        string.Join('\n', Enumerable.Range(0, 90).Select(Line).Prepend("event_id,account_id,api,occurred_at,status,quantity,project"));

    /// <summary>A store with all of it, its hours still open.</summary>
    /// <param name="first">What is done to the empty store before anything else.</param>
    public static async Task<TestStore> StoreAsync(Func<TestStore, Task>? first = null)
    {
        var store = new TestStore();
        if (first is not null)
            await first(store);
        await store.DoAsync("catalog", "apply", store.Write("catalog.json", Catalog));
        await store.CommandsAsync(Commands);
        await IngestAsync(store, store.Write("usage.csv", Usage()));
        return store;
    }

    public static Task<Ran> IngestAsync(TestStore store, string file, params string[] more) => store.RunAsync(
        ["ingest", file, "--region", "cn-north-4", "--source", "gw", "--output", "json", .. more]);

    private static string Line(int i) => FormattableString.Invariant(
        $"e{i:D3},a1,{(i % 17 == 16 ? "general-table" : "passport")},2023-04-18T{15 + (20 + i) / 60:D2}:{(20 + i) % 60:D2}:{i % 50:D2}+08:00,{(i % 11 == 10 ? 500 : 200)},{1 + i % 3},{(i % 5 == 0 ? "X" : "")}");
}
