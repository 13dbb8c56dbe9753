using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

/// <summary>A store that is in use keeps its currency, even while it has no catalog yet.</summary>
public class CurrencyTests
{
    private static readonly string Yen = VerbTests.Catalog.Replace("\"CNY\"", "\"JPY\"", StringComparison.Ordinal);

    [Fact]
    public async Task A_store_with_money_but_no_catalog_takes_none_of_another_currency()
    {
        using var store = new TestStore();
        await store.DoAsync("migrate");
        await store.CommandsAsync(
            new { id = "1", type = "open-account", account = "a" }, new { id = "2", type = "top-up", account = "a", amount = "10.50" });
        var yen = store.Write("yen.json", Yen);
        var before = store.Dump();
        foreach (var verb in new[] { "check", "apply" })
        {
            var ran = await store.RunAsync("catalog", verb, yen, "--output", "json");
            Assert.Equal(Exit.BadInput, ran.Exit);
            Assert.Equal("currency", Assert.Single(ran.Json.GetProperty("faults").EnumerateArray()).GetProperty("path").GetString());
        }

        Assert.Equal(before, store.Dump());
        var yuan = store.Write("yuan.json", VerbTests.Catalog);
        await store.DoAsync("catalog", "check", yuan);
        await store.DoAsync("catalog", "apply", yuan);
        Assert.Equal("10.50", await BalanceAsync(store));
        Assert.Equal(Exit.BadInput, (await store.RunAsync("catalog", "apply", yen)).Exit);
    }

    [Fact]
    public async Task A_store_without_accounts_takes_a_catalog_of_any_currency()
    {
        using var store = new TestStore();
        await store.DoAsync("migrate");
        var yen = store.Write("yen.json", Yen);
        await store.DoAsync("catalog", "check", yen);
        await store.DoAsync("catalog", "apply", yen);
        await store.CommandsAsync(
            new { id = "1", type = "open-account", account = "a" }, new { id = "2", type = "top-up", account = "a", amount = "10" });
        Assert.Equal("10", await BalanceAsync(store));
    }

    private static async Task<string?> BalanceAsync(TestStore store) =>
        (await store.DoAsync("account", "a", "--output", "json")).Json.GetProperty("balance").GetString();
}
