using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

public class BillVerbTests
{
    private const string Evening = "2023-04-18T19:00:00";

    [Fact]
    public async Task Json_is_the_list_of_rows_alone_and_the_totals_are_told_beside_it()
    {
        using var store = await ClosedAsync();
        var ran = await store.DoAsync("bill", "--output", "json");
        var rows = ran.Json.EnumerateArray().ToList();
        Assert.Equal(
            "row kind account api region resource resourceName project package lot useStart useEnd transactionTime billingCycle calls late fee deducted writtenOff tiers",
            string.Join(' ', rows[0].EnumerateObject().Select(p => p.Name)));
        Assert.Contains($"{rows.Count} rows, ", ran.Error, StringComparison.Ordinal);
        var table = (await store.DoAsync("bill")).Output;
        Assert.All(rows, row => Assert.Contains(row.GetProperty("row").GetString()!, table, StringComparison.Ordinal));
        var deducted = rows.Sum(r => decimal.Parse(r.GetProperty("deducted").GetString()!, CultureInfo.InvariantCulture));
        Assert.Contains(deducted.ToString(CultureInfo.InvariantCulture), table.Split("total")[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--account a1", 9)]
    [InlineData("--account nobody", 0)]
    [InlineData("--kind package-usage", 3)]
    [InlineData("--kind purchase", 2)]
    [InlineData("--api passport", 9)]
    [InlineData("--api general-table", 0)]
    [InlineData("--region cn-north-4 --kind pay-per-use", 4)]
    [InlineData("--resource a1/passport/cn-north-4", 9)]
    [InlineData("--month 2023-04 --kind pay-per-use", 4)]
    [InlineData("--month 2023-05", 0)]
    public async Task Filters_choose_rows(string filters, int expected)
    {
        using var store = await ClosedAsync();
        Assert.Equal(expected, (await store.DoAsync(["bill", "--output", "json", .. filters.Split(' ')])).Json.GetArrayLength());
    }

    [Fact]
    public async Task A_resource_is_found_by_the_name_a_person_chose()
    {
        using var store = await ClosedAsync();
        Assert.Equal(9, (await store.DoAsync("bill", "--output", "json", "--resource", "front desk")).Json.GetArrayLength());
        Assert.Equal(0, (await store.DoAsync("bill", "--output", "json", "--resource", "back desk")).Json.GetArrayLength());
    }

    [Fact]
    public async Task Every_row_is_explained_and_its_events_sum_to_its_calls()
    {
        using var store = await ClosedAsync();
        var all = 0L;
        foreach (var row in (await store.DoAsync("bill", "--output", "json")).Json.EnumerateArray())
        {
            var id = row.GetProperty("row").GetString()!;
            var explained = (await store.DoAsync("explain", id, "--all", "--output", "json")).Json;
            var kind = row.GetProperty("kind").GetString()!;
            await store.DoAsync("explain", id);
            if (kind is "purchase")
            {
                Assert.Equal(row.GetProperty("package").GetString() == "P1" ? "c4" : "c5", explained.GetProperty("command").GetProperty("id")
                    .GetString());
                continue;
            }

            var taken = explained.GetProperty("events").EnumerateArray().Sum(e => e.GetProperty("taken").GetInt64());
            Assert.Equal(row.GetProperty("calls").GetInt64(), taken);
            Assert.Equal(kind is "pay-per-use", explained.GetProperty("entries").GetArrayLength() > 0);
            all += taken;
        }

        // Billable calls from 15:30 on to the API that is sold; those before were not subscribed.
        Assert.Equal(Enumerable.Range(10, 80).Where(i => i % 17 != 16 && i % 11 != 10).Sum(i => 1 + i % 3), all);
    }

    [Fact]
    public async Task Events_that_do_not_make_up_the_row_end_with_3()
    {
        using var store = await ClosedAsync();
        var row = (await store.DoAsync("bill", "--kind", "pay-per-use", "--output", "json")).Json.EnumerateArray().First().GetProperty("row")
            .GetString()!;
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = store.File, Pooling = false }.ToString()))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM Usage WHERE EventId = 'e011'";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        var ran = await store.RunAsync("explain", row);
        Assert.Equal(Exit.Differs, ran.Exit);
        Assert.Contains("the store is not as the closing left it", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_row_shows_its_first_events_and_says_how_many_more()
    {
        using var store = new TestStore();
        await store.DoAsync("catalog", "apply", store.Write("catalog.json", VerbTests.Catalog));
        await store.CommandsAsync(VerbTests.Commands[..3]);
        var lines = Enumerable.Range(0, 50).Select(i => FormattableString.Invariant($"{i},a1,passport,2023-04-18T15:40:{i:D2}+08:00,200,1"));
        await VerbTests.IngestAsync(
            store, store.Write("u.csv", string.Join('\n', lines.Prepend("event_id,account_id,api,occurred_at,status,quantity"))));
        await store.DoAsync("close", "--until", Evening);
        var row = (await store.DoAsync("bill", "--output", "json")).Json[0].GetProperty("row").GetString()!;
        Assert.Contains("and 30 more events (--all shows them)", (await store.DoAsync("explain", row)).Output, StringComparison.Ordinal);
        Assert.Equal(30, (await store.DoAsync("explain", row, "--output", "json")).Json.GetProperty("moreEvents").GetInt64());
        Assert.DoesNotContain("more events", (await store.DoAsync("explain", row, "--all")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("R000001-000099-0001", "There is no bill row R000001-000099-0001")]
    [InlineData("17", "'17' is not the id of a bill row")]
    public async Task A_row_that_is_not_there_ends_with_2(string row, string expected)
    {
        using var store = await ClosedAsync();
        var ran = await store.RunAsync("explain", row);
        Assert.Equal((Exit.BadInput, ""), (ran.Exit, ran.Output));
        Assert.StartsWith(expected, ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_is_shown_with_what_a_gateway_needs()
    {
        using var store = await ClosedAsync();
        var account = (await store.DoAsync("account", "a1", "--output", "json")).Json;
        Assert.Equal("a1", account.GetProperty("account").GetString());
        Assert.Equal("normal", account.GetProperty("state").GetString());
        Assert.Equal(["P1", "P2"], account.GetProperty("packages").EnumerateArray().Select(p => p.GetProperty("package").GetString()));
        var subscription = Assert.Single(account.GetProperty("subscriptions").EnumerateArray());
        Assert.Equal(
            "passport|cn-north-4|a1/passport/cn-north-4|front desk|2023-04-18T15:30:00+08:00",
            string.Join('|', new[] { "api", "region", "resource", "resourceName", "since" }.Select(n => subscription.GetProperty(n).GetString())));
        Assert.Contains("front desk", (await store.DoAsync("account", "a1")).Output, StringComparison.Ordinal);
        Assert.Equal(Exit.BadInput, (await store.RunAsync("account", "a9")).Exit);
    }

    private static async Task<TestStore> ClosedAsync()
    {
        var store = await VerbTests.StoreAsync();
        await store.RunAsync("close", "--until", Evening);
        return store;
    }
}
