using System.Text.Json;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

/// <summary>2.5 as a person meets it: a price that makes a fee go beyond all bounds parks its account; a catalog and a retry bill it.</summary>
public class ParkedVerbTests
{
    private const string Evening = "2023-04-18T19:00:00";
    private static readonly string Poison = VerbTests.Catalog.Replace("""[ { "upTo": 10, "unitPrice": "0.15" }, { "unitPrice": "0.1000001" } ]""", """[ { "unitPrice": "20000" } ]""", StringComparison.Ordinal);

    [Fact]
    public async Task An_account_that_can_not_be_charged_is_parked_alone_and_billed_after_a_catalog_and_a_retry()
    {
        using var store = await PoisonedAsync();
        var closed = await store.RunAsync("close", "--until", Evening);
        Assert.Equal(Exit.Differs, closed.Exit);
        Assert.Contains("1 account parked: what is due for them waits (settlement parked list).", closed.Output, StringComparison.Ordinal);
        Assert.Equal([("b", 2L, "40000.00")], await RowsAsync(store));

        var parked = Assert.Single((await store.DoAsync("parked", "list", "--output", "json")).Json.EnumerateArray());
        Assert.Equal(("a", "closing", "2023-04-18T19:00:00+08:00", 0),
            (Text(parked, "account"), Text(parked, "step"), Text(parked, "at"), parked.GetProperty("tries").GetInt32()));
        Assert.Equal(1, (await store.DoAsync("status", "--output", "json")).Json.GetProperty("parkedAccounts").GetInt32());
        var account = (await store.DoAsync("account", "a", "--output", "json")).Json.GetProperty("parked");
        Assert.Equal(("closing", Text(parked, "reason")), (Text(account, "step"), Text(account, "reason")));
        Assert.Equal(JsonValueKind.Null, (await store.DoAsync("account", "b", "--output", "json")).Json.GetProperty("parked").ValueKind);

        // The account still takes commands; they wait with it.
        var waits = await store.RunAsync("command",
            store.Write("later.ndjson", """{"id":"later","type":"top-up","account":"a","amount":"5"}"""), "--output", "json");
        Assert.Equal((Exit.Differs, "parked"), (waits.Exit, Text(Assert.Single(waits.Json.EnumerateArray()), "state")));

        var again = await store.RunAsync("parked", "retry", "--output", "json");
        Assert.Equal((Exit.Differs, "parked"), (again.Exit, Text(Assert.Single(again.Json.EnumerateArray()), "outcome")));
        Assert.Equal(1, Assert.Single((await store.DoAsync("parked", "show", "a", "--output", "json")).Json.EnumerateArray()).GetProperty("tries")
            .GetInt32());

        Assert.Equal(Exit.BadInput, (await ApplyCureAsync(store, "2023-04-18T16:00:00+08:00")).Exit);
        Assert.Equal(Exit.Done, (await ApplyCureAsync(store, "2023-04-18T17:00:00+08:00")).Exit);
        var resumed = await store.DoAsync("parked", "retry", "a", "--output", "json");
        Assert.Equal("resumed", Text(Assert.Single(resumed.Json.EnumerateArray()), "outcome"));
        Assert.Equal([("a", 1_000_000L, "20000.00"), ("b", 2L, "40000.00")], await RowsAsync(store));
        await store.DoAsync("lifecycle");
        Assert.Equal("-19995.00", Text((await store.DoAsync("account", "a", "--output", "json")).Json, "balance"));
        Assert.Equal("[]\n", (await store.DoAsync("parked", "list", "--output", "json")).Output);
        Assert.Empty(store.Read(session => Books.Faults(session).ToList()));
    }

    [Fact]
    public async Task While_nobody_is_parked_no_price_list_starts_in_a_closed_hour()
    {
        using var store = await PoisonedAsync();
        await store.RunAsync("close", "--until", "2023-04-18T17:59:59");
        await store.RunAsync("command",
            store.Write("run.ndjson", """{"id":"r","type":"run-job","job":"close-hours","at":"2023-04-18T18:00:00+08:00"}"""));
        Assert.Equal("[]\n", (await store.DoAsync("parked", "list", "--output", "json")).Output);
        Assert.Equal(Exit.BadInput, (await ApplyCureAsync(store, "2023-04-18T16:00:00+08:00")).Exit);
    }

    [Fact]
    public async Task An_unknown_account_is_a_fault_of_the_arguments()
    {
        using var store = await PoisonedAsync();
        var ran = await store.RunAsync("parked", "retry", "nobody");
        Assert.Equal(Exit.BadInput, ran.Exit);
        Assert.Contains("nobody", ran.Error, StringComparison.Ordinal);
    }

    private static async Task<TestStore> PoisonedAsync()
    {
        var store = new TestStore();
        await store.DoAsync("catalog", "apply", store.Write("catalog.json", Poison));
        foreach (var account in new[] { "a", "b" })
        {
            await store.CommandsAsync(
                new { id = $"open {account}", type = "open-account", account, at = "2023-04-18T15:00:00+08:00" },
                new { id = $"subscribe {account}", type = "subscribe", account, api = "passport", region = "cn-north-4",
                    at = "2023-04-18T15:00:00+08:00" });
        }

        await VerbTests.IngestAsync(store, store.Write("usage.csv", """
            event_id,account_id,api,occurred_at,status,quantity
            1,b,passport,2023-04-18T16:30:00+08:00,200,2
            2,a,passport,2023-04-18T17:30:00+08:00,200,1000000

            """));
        return store;
    }

    private static Task<Ran> ApplyCureAsync(TestStore store, string from) =>
        store.RunAsync("catalog", "apply", store.Write("cure.json", Poison.Replace(
        "\"prices\": [",
        $$"""
        "prices": [ { "api": "passport", "region": "cn-north-4", "from": "{{from}}", "tiers": [ { "unitPrice": "0.02" } ] },
        """,
        StringComparison.Ordinal)));

    private static async Task<List<(string? Account, long Calls, string? Fee)>> RowsAsync(TestStore store) =>
        [.. (await store.DoAsync("bill", "--output", "json")).Json.EnumerateArray()
            .Select(r => (Text(r, "account"), r.GetProperty("calls").GetInt64(), Text(r, "deducted"))).Order()];

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
