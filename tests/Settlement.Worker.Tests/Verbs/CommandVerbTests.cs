using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

public class CommandVerbTests
{
    [Fact]
    public async Task Every_command_is_answered_with_its_state_and_code_and_a_refusal_is_an_answer()
    {
        using var store = new TestStore();
        await store.DoAsync("catalog", "apply", store.Write("catalog.json", VerbTests.Catalog));
        var file = store.Write("c.json", """
            [ { "id": "1", "type": "open-account", "account": "a" },
              { "id": "2", "type": "top-up", "account": "a", "amount": "1.005" },
              { "id": "3", "type": "top-up", "account": "b", "amount": "1" },
              { "id": "4", "type": "top-up", "account": "a", "amount": "7", "at": "2099-01-01T00:00:00Z" },
              { "id": "1", "type": "open-account", "account": "other" },
              { "type": "hold" } ]
            """);
        var ran = await store.RunAsync("command", file, "--output", "json");
        Assert.Equal(Exit.Differs, ran.Exit);
        var answers = ran.Json.EnumerateArray().ToList();
        Assert.Equal(
            ["1 applied  False", "2 refused malformed False", "3 refused unknown-account False", "4 refused malformed False", "1 applied  True"],
            answers.Take(5).Select(a => $"{a.GetProperty("id")} {a.GetProperty("state")} {a.GetProperty("code")} {a.GetProperty("repeated")}"));
        Assert.Equal(("amount: is not in whole minor units of CNY", "at: is later than now"),
            (answers[1].GetProperty("detail").GetString(), answers[3].GetProperty("detail").GetString()));
        Assert.StartsWith("no-id-", answers[5].GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(Exit.BadInput, (await store.RunAsync("account", "other")).Exit);
        Assert.Contains("2: amount: is not in whole minor units of CNY\n", (await store.RunAsync("command", file)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_alone_end_with_0_and_a_malformed_one_ends_with_3_also_the_second_time()
    {
        using var store = new TestStore();
        await store.DoAsync("migrate");
        await store.DoAsync("command", store.Write("r.json", """[ { "id": "1", "type": "top-up", "account": "b", "amount": "1" } ]"""));
        var malformed = store.Write("m.json", """[ { "id": "2", "type": "top-up", "account": "b", "amount": 1 } ]""");
        Assert.Equal(
            (Exit.Differs, Exit.Differs), ((await store.RunAsync("command", malformed)).Exit, (await store.RunAsync("command", malformed)).Exit));
    }

    [Theory]
    [InlineData("nonsense", "The body is not JSON")]
    [InlineData("{\"id\":\"1\",\"type\":\"open-account\",\"account\":\"a\"}\n\n{\"id\":", "line 3: The body is not JSON")]
    [InlineData("{\"id\":\"1\",\"type\":\"open-account\",\"account\":\"a\"}\n17", "line 2: ")]
    [InlineData("[{\"id\":\"1\",\"type\":\"open-account\",\"account\":\"a\"}, 5]", "A command must be a JSON object")]
    public async Task A_file_that_cannot_be_read_ends_with_2_and_nothing_is_applied(string text, string expected)
    {
        using var store = new TestStore();
        await store.DoAsync("migrate");
        var ran = await store.RunAsync("command", store.Write("c.json", text));
        Assert.Equal((Exit.BadInput, ""), (ran.Exit, ran.Output));
        Assert.Contains(expected, ran.Error, StringComparison.Ordinal);
        Assert.Equal(Exit.BadInput, (await store.RunAsync("account", "a")).Exit);
    }

    [Fact]
    public async Task Thousands_of_subscriptions_each_at_its_own_time_take_few_transactions()
    {
        using var store = new TestStore();
        await store.DoAsync("catalog", "apply", store.Write("catalog.json", VerbTests.Catalog));
        var commands = Enumerable.Range(0, 1500).SelectMany(i => new object[]
        {
            new { id = $"o{i}", type = "open-account", account = $"a{i}", at = Time(i) },
            new { id = $"s{i}", type = "subscribe", account = $"a{i}", api = "passport", region = "cn-north-4", at = Time(i) },
        }).ToArray();
        var started = TimeProvider.System.GetTimestamp();
        var answers = (await store.CommandsAsync(commands)).Json.EnumerateArray().ToList();
        Assert.All(answers, a => Assert.Equal("applied", a.GetProperty("state").GetString()));
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60));
    }

    private static string Time(int i) => FormattableString.Invariant($"2023-04-18T{i / 3600:D2}:{i / 60 % 60:D2}:{i % 60:D2}Z");
}
