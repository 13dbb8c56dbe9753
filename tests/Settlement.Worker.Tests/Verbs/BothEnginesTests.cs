using System.Text.RegularExpressions;
using Settlement.Storage.Tests.Contract;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

/// <summary>
/// Every verb says the same on both engines: an afternoon of a small gateway is looked at, closed, forecast and corrected, on a SQLite file and on a
/// server.
/// </summary>
public sealed partial class BothEnginesTests
{
    private const string Evening = "2023-04-18T19:00:00";
    private const string Later = "2023-06-20T00:00:00";

    /// <summary>The id of the last row of the bill.</summary>
    private const string LastRow = "ROW";

    private static readonly string[][] Story =
    [
        ["migrate", "--test-store"],
        ["catalog", "check", "catalog.json"],
        ["catalog", "apply", "catalog.json"],
        ["catalog", "show", "--output", "json"],
        ["command", "commands.ndjson", "--output", "json"],
        ["ingest", "usage.csv", "--region", "cn-north-4", "--source", "gw", "--output", "json"],
        ["ingest", "strange.csv", "--region", "cn-north-4", "--source", "gw", "--output", "json"],
        ["account", "a1", "--output", "json"],
        ["close", "--until", Evening, "--dry-run", "--output", "json"],
        ["lifecycle", "--until", Later, "--dry-run", "--output", "json"],
        ["bill", "--output", "json"],
        ["close", "--until", Evening, "--output", "json"],
        ["close", "--until", Evening, "--output", "json"],
        ["bill"],
        ["bill", "--output", "json"],
        ["bill", "--account", "a1", "--month", "2023-04", "--kind", "pay-per-use"],
        ["explain", LastRow],
        ["explain", LastRow, "--all", "--output", "json"],
        ["quarantine", "list", "--output", "json"],
        ["quarantine", "list"],
        ["quarantine", "discard", "1", "--because", "a test"],
        ["quarantine", "release", "2"],
        ["quarantine", "release", "999"],
        ["ingest", "late.csv", "--region", "cn-north-4", "--source", "gw", "--account-auto", "--output", "json"],
        ["lifecycle", "--until", Later, "--dry-run"],
        ["lifecycle", "--until", Later, "--output", "json"],
        ["account", "a1"],
        ["account", "no such account"],
        ["bill", "--output", "json"],
        ["parked", "list", "--output", "json"],
        ["status", "--output", "json"],
        ["status"],
        ["migrate"],
    ];

    [Fact]
    public async Task Every_verb_says_the_same()
    {
        var server = TestSqlServer.NeedNew();
        using var sqlite = new TestStore();
        using var other = new TestStore(server.ConnectionString);
        using var dropped = server;
        foreach (var verb in Story)
        {
            var expected = Masked(verb, await RunAsync(sqlite, verb));
            var given = Masked(verb, await RunAsync(other, verb));
            Assert.Equal($"settlement {string.Join(' ', verb)}\n{expected}", $"settlement {string.Join(' ', verb)}\n{given}");
        }
    }

    /// <summary>The story really happens: what it does on the first engine is not just a chain of refusals.</summary>
    [Fact]
    public async Task The_story_uses_every_verb_that_needs_no_broker_and_ends_as_it_should()
    {
        using var store = new TestStore();
        foreach (var verb in Story)
        {
            var ran = await RunAsync(store, verb);
            Assert.True(ran.Exit is Exit.Done or Exit.Differs || verb[1] is "no such account"
                || verb[^1] == "999", $"settlement {string.Join(' ', verb)}: {ran.Exit}\n{ran.Error}");
        }

        // Verbs that need no store, need a broker, work on a file, or are about this very moment.
        string[] elsewhere = ["run", "demo", "simulate", "errors", "backup", "clock", "health"];
        Assert.Equal(CommandLine.Root().Subcommands.Select(c => c.Name).Except(elsewhere).Order(StringComparer.Ordinal), Story.Select(v => v[0])
            .Distinct().Order(StringComparer.Ordinal));
    }

    private static async Task<Ran> RunAsync(TestStore store, string[] verb)
    {
        store.Write("catalog.json", VerbTests.Catalog);
        store.Write("commands.ndjson", string.Join('\n', VerbTests.Commands.Select(c => System.Text.Json.JsonSerializer.Serialize(c))));
        store.Write("usage.csv", VerbTests.Usage());
        store.Write("strange.csv", "event_id,account_id,api,occurred_at,status,quantity\nx1,nobody,passport,2023-04-18T16:10:00+08:00,200,2\nx2,a1,no-such-api,2023-04-18T16:11:00+08:00,200,1\nx3,a1,passport,yesterday,200,1\n");
        store.Write("late.csv", "event_id,account_id,api,occurred_at,status,quantity\nl1,a1,passport,2023-04-18T16:10:00+08:00,200,7\nl2,nobody,passport,2023-04-18T16:12:00+08:00,200,2\n");
        var row = verb.Contains(LastRow, StringComparer.Ordinal) ? (await store.RunAsync("bill", "--output", "json")).Json.EnumerateArray().Last()
            .GetProperty("row").GetString()! : "";
        return await store.RunAsync(
            [.. verb.Select(arg => arg == LastRow ? row : arg.Contains('.', StringComparison.Ordinal) ? store.PathOf(arg) : arg)]);
    }

    /// <summary>
    /// What two runs, one after the other, may say differently: the store's name, the moment, folders and ages, and, if all went well, their
    /// progress. For a migration, everything it says: one of the stores is already there.
    /// </summary>
    private static string Masked(string[] verb, Ran ran)
    {
        var text = $"exit {ran.Exit}\n" + (verb[0] == "migrate" ? "" : ran.Output) + (ran.Exit is Exit.Done or Exit.Differs ? "" : ran.Error);
        foreach (var pattern in new[] { Size(), Store(), Folder(), Moment(), Age() })
            text = pattern.Replace(text, "*");
        return text;
    }

    /// <summary>How large a store is differs, and a server may not say.</summary>
    [GeneratedRegex(@"""size"": \{.*?""keptFrom""|Size: .*?Kept from", RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Size();

    [GeneratedRegex(@"(SQLite file|SQL Server) [^\n""]*", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Store();

    [GeneratedRegex(@"/tmp/settlement-test-\w+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Folder();

    /// <summary>Times in years after the story's.</summary>
    [GeneratedRegex(@"20(2[4-9]|[3-9]\d)-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)?",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Moment();

    [GeneratedRegex(@"\b\d+(\.\d+)? ?(ms|s|min|h|d|days?|hours?|minutes?|seconds?)\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Age();
}
