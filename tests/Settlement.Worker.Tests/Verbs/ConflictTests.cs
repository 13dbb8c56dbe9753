using System.Globalization;
using System.Text.Json;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

/// <summary>What <c>quarantine show</c> says about the event that stands beside a conflict (7.1), wherever that event is.</summary>
public class ConflictTests
{
    private const string Head = "event_id,account_id,api,occurred_at,status,quantity,project\n";

    [Fact]
    public async Task One_that_waits_for_its_hour_is_shown_beside_it_and_each_field_that_differs_is_named()
    {
        using var store = await VerbTests.StoreAsync();
        var standing = await StandingAsync(
            store, "x,a1,passport,2023-04-18T15:40:00.25+08:00,200,2,", "x,a1,general-table,2023-04-18T15:41:00+08:00,500,3,Y");

        Assert.Equal("a1 passport cn-north-4  2023-04-18T15:40:00.25+08:00 200 2", Fields(standing));
        Assert.Equal(("waiting", false, JsonValueKind.Null),
            (Where(standing), standing.GetProperty("late").GetBoolean(), standing.GetProperty("run").ValueKind));
        Assert.Equal(["api", "project", "time", "status", "calls"], Texts(standing, "differs"));
        var page = await PageAsync(store);
        Assert.Matches("(?m)^ *status +200 +500 +differs *$", page);
        Assert.Matches("(?m)^ *region +cn-north-4 +cn-north-4 *$", page);
        Assert.Contains("It waits for the closing of its hour.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_settled_is_shown_with_its_run_and_the_rows_that_took_its_calls()
    {
        using var store = await VerbTests.StoreAsync();
        // 16:31 is after the purchase of a package of 30: earlier calls in the hour are charged, and this event takes the package's last calls and a
        // few more.
        await StandingAsync(store, "x,a1,passport,2023-04-18T16:31:00+08:00,200,31,", "x,a1,passport,2023-04-18T16:31:00+08:00,200,1,");
        await store.RunAsync("close", "--until", "2023-04-18T19:00:00");

        var standing = await ShownAsync(store);
        Assert.Equal(("settled", "2023-04-18T19:00:00+08:00"), (Where(standing), standing.GetProperty("run").GetString()));
        var rows = standing.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal(["package-usage", "pay-per-use"], rows.Select(r => r.GetProperty("kind").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(31, rows.Sum(r => r.GetProperty("calls").GetInt64()));
        foreach (var row in rows)
        {
            var events = (await store.DoAsync("explain", row.GetProperty("row").GetString()!, "--all", "--output", "json")).Json.GetProperty("events")
                .EnumerateArray();
            Assert.Equal(row.GetProperty("calls").GetInt64(), events.Single(e => e.GetProperty("id").GetString() == "x").GetProperty("taken")
                .GetInt64());
        }

        Assert.Contains("It was settled in the run of 2023-04-18 19:00", await PageAsync(store), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_was_late_is_found_in_the_closing_that_took_it()
    {
        using var store = await VerbTests.StoreAsync();
        await store.RunAsync("close", "--until", "2023-04-18T19:00:00");
        var standing = await StandingAsync(store, "x,a1,passport,2023-04-18T15:40:00+08:00,200,2,", "x,a1,passport,2023-04-18T15:40:00+08:00,200,1,");
        Assert.Equal(("waiting", true), (Where(standing), standing.GetProperty("late").GetBoolean()));
        Assert.Contains("because it came when its hour was closed", await PageAsync(store), StringComparison.Ordinal);

        await store.RunAsync("close", "--until", "2023-04-18T20:00:00");
        standing = await ShownAsync(store);
        Assert.Equal(("settled", true, 2L),
            (Where(standing), standing.GetProperty("late").GetBoolean(), standing.GetProperty("rows")[0].GetProperty("calls").GetInt64()));
    }

    [Fact]
    public async Task Of_one_that_its_closing_held_the_entry_is_shown()
    {
        using var store = await VerbTests.StoreAsync();
        await StandingAsync(store, "x,a1,passport,2023-04-18T15:10:00+08:00,200,2,", "x,a1,passport,2023-04-18T15:10:00+08:00,200,1,");
        await store.RunAsync("close", "--until", "2023-04-18T19:00:00");

        var standing = await ShownAsync(store);
        Assert.Equal(("settled", 0), (Where(standing), standing.GetProperty("rows").GetArrayLength()));
        Assert.Equal("not-subscribed held 2", Entry(standing));
        Assert.Contains("Held from it: 2 calls, not-subscribed, in entry ", await PageAsync(store), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_itself_in_quarantine_is_shown_from_there_and_followed_when_it_leaves()
    {
        using var store = await VerbTests.StoreAsync();
        var standing = await StandingAsync(
            store, "x,nobody,passport,2023-04-18T15:40:00+08:00,200,2,", "x,a1,passport,2023-04-18T15:40:00+08:00,200,2,");
        Assert.Equal(("held", "nobody passport cn-north-4  2023-04-18T15:40:00+08:00 200 2", "unknown-account held 2"),
            (Where(standing), Fields(standing), Entry(standing)));
        Assert.Equal(["account"], Texts(standing, "differs"));
        Assert.Contains("It is itself in quarantine.", await PageAsync(store), StringComparison.Ordinal);

        await store.CommandsAsync(new { id = "open-nobody", type = "open-account", account = "nobody", at = "2023-04-18T15:00:00+08:00" });
        standing = await ShownAsync(store);
        Assert.Equal(("waiting", "unknown-account released 2"), (Where(standing), Entry(standing)));
    }

    [Fact]
    public async Task One_that_was_discarded_stands_all_the_same()
    {
        using var store = await VerbTests.StoreAsync();
        var standing = await StandingAsync(store, "x,a1,invoice,2023-04-18T15:40:00+08:00,200,2,", "x,a1,passport,2023-04-18T15:40:00+08:00,200,2,");
        Assert.Equal("unknown-api held 2", Entry(standing));
        await store.DoAsync("quarantine", "discard", "--all", "--reason", "unknown-api", "--because", "a test");

        standing = await ShownAsync(store);
        Assert.Equal(("discarded", "invoice"), (Where(standing), standing.GetProperty("api").GetString()));
    }

    [Fact]
    public async Task A_conflict_that_was_released_is_not_taken_for_the_one_that_stands()
    {
        using var store = await VerbTests.StoreAsync();
        await StandingAsync(store, "x,a1,passport,2023-04-18T15:40:00+08:00,200,2,", "x,a1,passport,2023-04-18T15:40:00+08:00,200,1,");
        await store.DoAsync("quarantine", "release", "--all", "--reason", "conflict");
        await VerbTests.IngestAsync(store, store.Write("c.csv", Head + "x,a1,passport,2023-04-18T15:40:00+08:00,200,3,\n"));

        Assert.Equal("a1 passport cn-north-4  2023-04-18T15:40:00+08:00 200 2", Fields(await ShownAsync(store)));
    }

    [Fact]
    public async Task What_is_held_for_another_reason_has_no_event_that_stands()
    {
        using var store = await VerbTests.StoreAsync();
        await VerbTests.IngestAsync(store, store.Write("u.csv", Head + "u,nobody,passport,2023-04-18T15:40:00+08:00,200,3,\n"));
        var entry = Number((await store.DoAsync("quarantine", "list", "--output", "json")).Json[0]);
        Assert.Equal(
            JsonValueKind.Null, (await store.DoAsync("quarantine", "show", entry, "--output", "json")).Json.GetProperty("standing").ValueKind);
        Assert.DoesNotContain("stands", (await store.DoAsync("quarantine", "show", entry)).Output, StringComparison.Ordinal);
    }

    /// <summary>Stores two events with the same source and id, and shows what stands beside the second.</summary>
    private static async Task<JsonElement> StandingAsync(TestStore store, string first, string second)
    {
        await VerbTests.IngestAsync(store, store.Write("a.csv", $"{Head}{first}\n"));
        Assert.Equal(Exit.Differs, (await VerbTests.IngestAsync(store, store.Write("b.csv", $"{Head}{second}\n"))).Exit);
        return await ShownAsync(store);
    }

    private static async Task<JsonElement> ShownAsync(TestStore store) =>
        (await store.DoAsync("quarantine", "show", await ConflictAsync(store), "--output", "json")).Json.GetProperty("standing");

    private static async Task<string> PageAsync(TestStore store) => (await store.DoAsync("quarantine", "show", await ConflictAsync(store))).Output;

    private static async Task<string> ConflictAsync(TestStore store) =>
        Number(Assert.Single((await store.DoAsync("quarantine", "list", "--reason", "conflict", "--output", "json")).Json.EnumerateArray()));

    private static string Number(JsonElement entry) => entry.GetProperty("entry").GetInt64().ToString(CultureInfo.InvariantCulture);

    private static string? Where(JsonElement standing) => standing.GetProperty("where").GetString();

    private static string Fields(JsonElement standing) =>
        string.Join(' ', new[] { "account", "api", "region", "project", "time", "status", "calls" }.Select(f => standing.GetProperty(f).ToString()));

    private static string Entry(JsonElement standing) => Assert.Single(standing.GetProperty("entries").EnumerateArray()) is var e
        ? $"{e.GetProperty("reason").GetString()} {e.GetProperty("state").GetString()} {e.GetProperty("calls").GetInt64()}" : "";

    private static IEnumerable<string?> Texts(JsonElement standing, string name) =>
        standing.GetProperty(name).EnumerateArray().Select(t => t.GetString());
}
