using System.Text.Json;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

public class ClosingVerbTests
{
    private const string Evening = "2023-04-18T19:00:00";

    [Fact]
    public async Task A_dry_run_says_what_a_closing_does_and_changes_nothing()
    {
        using var store = await VerbTests.StoreAsync();
        var before = store.Dump();
        var dry = await store.RunAsync("close", "--until", Evening, "--dry-run", "--output", "json");
        Assert.Equal(before, store.Dump());
        var real = await store.RunAsync("close", "--until", Evening, "--output", "json");
        Assert.Equal((Exit.Differs, Exit.Differs), (dry.Exit, real.Exit));
        Assert.Equal(real.Output, dry.Output);
        var run = Assert.Single(real.Json.EnumerateArray());
        Assert.Equal(("2023-04-18T19:00:00+08:00", 1, 28),
            (run.GetProperty("run").GetString(), run.GetProperty("accounts").GetInt32(), run.GetProperty("heldCalls").GetInt32()));
        Assert.Empty(store.Read(session => Books.Faults(session).ToList()));
    }

    [Fact]
    public async Task A_repeat_closes_nothing_and_ends_with_0()
    {
        using var store = await VerbTests.StoreAsync();
        await store.RunAsync("close", "--until", Evening);
        var again = await store.DoAsync("close", "--until", Evening, "--output", "json");
        Assert.Empty(again.Json.EnumerateArray());
        Assert.Contains("no hour with usage was due", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Late_usage_is_closed_by_a_second_closing_of_the_same_instant_in_rows_of_its_own()
    {
        using var store = await VerbTests.StoreAsync();
        await store.RunAsync("close", "--until", Evening);
        await VerbTests.IngestAsync(
            store, store.Write("late.csv", "event_id,account_id,api,occurred_at,status,quantity\nl1,a1,passport,2023-04-18T16:10:00+08:00,200,7\n"));
        var run = Assert.Single((await store.DoAsync("close", "--until", Evening, "--output", "json")).Json.EnumerateArray());
        Assert.Equal((1, 7), (run.GetProperty("rows").GetInt32(), run.GetProperty("calls").GetInt32()));
        var late = Assert.Single((await store.DoAsync("bill", "--output", "json")).Json.EnumerateArray(), r => r.GetProperty("late").GetBoolean());
        await store.DoAsync("explain", Text(late, "row")!);
        Assert.Empty(store.Read(session => Books.Faults(session).ToList()));
    }

    [Fact]
    public async Task On_hold_nothing_closes_and_that_is_said()
    {
        using var store = await VerbTests.StoreAsync();
        await store.CommandsAsync(new { id = "h", type = "hold", reason = "price is wrong", by = "Ann" });
        var ran = await store.DoAsync("close", "--until", Evening);
        Assert.Contains("Closings are on hold since ", ran.Output, StringComparison.Ordinal);
        Assert.Equal("[]\n", (await store.DoAsync("bill", "--kind", "pay-per-use", "--output", "json")).Output);
    }

    [Fact]
    public async Task The_calendar_says_which_renewals_will_fail_and_by_how_much()
    {
        using var store = new TestStore();
        await store.DoAsync("catalog", "apply", store.Write("catalog.json", VerbTests.Catalog));
        await store.CommandsAsync(
            new { id = "1", type = "open-account", account = "a" },
            new { id = "2", type = "top-up", account = "a", amount = "239.99" },
            new { id = "3", type = "buy-package", account = "a", offer = "passport-30", package = "P", autoRenew = true, daysBefore = 1 });
        var before = store.Dump();
        var later = TimeProvider.System.GetUtcNow().AddDays(40)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var steps = (await store.DoAsync("lifecycle", "--dry-run", "--until", later, "--output", "json")).Json.EnumerateArray().ToList();
        Assert.Equal(before, store.Dump());
        Assert.Equal(
            ["lot-expiring", "renewal-attempt", "lot-expiring", "renewal-attempt", "lot-end", "lot-void"],
            steps.Select(s => Text(s, "step")));
        Assert.All(steps.Where(s => Text(s, "step") == "renewal-attempt"), s =>
            Assert.Equal(("insufficient-balance", "0.01"), (Text(s, "outcome"), Text(s, "shortfall"))));
        Assert.Equal("30 calls void", Text(steps[^1], "outcome"));
        Assert.Equal(steps.Select(s => Text(s, "at")).Order(StringComparer.Ordinal), steps.Select(s => Text(s, "at")));
        Assert.Contains("2 renewal attempts would fail", (await store.DoAsync("lifecycle", "--dry-run", "--until", later)).Output,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("lifecycle")]
    public async Task A_clock_ahead_of_the_time_is_refused_on_a_real_store_and_names_the_dry_run(string verb)
    {
        using var store = await VerbTests.StoreAsync();
        var before = store.Dump();
        var refused = await store.RunAsync(verb, "--until", "2096-01-01T00:00:00Z");
        Assert.Equal(Exit.BadInput, refused.Exit);
        Assert.Contains("--dry-run", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, store.Dump());
        Assert.Equal(Exit.BadInput, (await store.RunAsync("migrate", "--test-store")).Exit);
        Assert.Equal(before, store.Dump());
        using var none = new TestStore();
        Assert.Equal(Exit.BadInput, (await none.RunAsync(verb, "--until", "2096-01-01T00:00:00Z")).Exit);
        Assert.False(File.Exists(none.File));
    }

    [Fact]
    public async Task A_store_for_tests_takes_a_clock_ahead_of_the_time_and_no_worker()
    {
        using var store = new TestStore();
        await store.DoAsync("migrate", "--test-store");
        await store.DoAsync("migrate", "--test-store");
        await store.DoAsync("close", "--until", "2096-01-01T00:00:00Z");
        var run = await store.RunAsync("run");
        Assert.Equal(Exit.BadInput, run.Exit);
        Assert.Contains("store for tests", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_a_test_clock_each_job_is_transacted_at_its_own_time()
    {
        using var store = new TestStore();
        await store.DoAsync("migrate", "--test-store");
        await store.DoAsync("catalog", "apply", store.Write("catalog.json", VerbTests.Catalog));
        await store.CommandsAsync(
            new { id = "1", type = "open-account", account = "a" },
            new { id = "2", type = "top-up", account = "a", amount = "240" },
            new { id = "3", type = "buy-package", account = "a", offer = "passport-30", package = "P", autoRenew = true, daysBefore = 1 });
        var later = TimeProvider.System.GetUtcNow().AddDays(40)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var steps = (await store.DoAsync("lifecycle", "--until", later, "--output", "json")).Json.EnumerateArray().ToList();
        var attempt = Assert.Single(steps, s => Text(s, "step") == "renewal-attempt");
        var renewal = Assert.Single((await store.DoAsync("bill", "--kind", "auto-renewal", "--output", "json")).Json.EnumerateArray());
        Assert.Equal(Text(attempt, "at"), Text(renewal, "transactionTime"));
        Assert.EndsWith("T03:00:00+08:00", Text(attempt, "at"), StringComparison.Ordinal);
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
