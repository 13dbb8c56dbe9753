using System.Text.Json;
using Settlement.Worker.Tests.Bus;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

public class OperatorVerbTests
{
    [Fact]
    public async Task A_faulty_catalog_ends_with_2_says_every_fault_and_changes_nothing()
    {
        using var store = await VerbTests.StoreAsync();
        var before = store.Dump();
        var faulty = store.Write("faulty.json", VerbTests.Catalog.Replace("\"0.15\"", "\"0,15\"", StringComparison.Ordinal)
            .Replace("P1M", "P1Q", StringComparison.Ordinal));
        var edited = store.Write("edited.json", VerbTests.Catalog.Replace("\"0.15\"", "\"0.16\"", StringComparison.Ordinal));
        foreach (var verb in new[] { "check", "apply" })
        {
            var ran = await store.RunAsync("catalog", verb, faulty);
            Assert.Equal((Exit.BadInput, ""), (ran.Exit, ran.Output));
            Assert.Contains("prices[0].tiers[0].unitPrice", ran.Error, StringComparison.Ordinal);
            Assert.Contains("offers[0].term", ran.Error, StringComparison.Ordinal);
            ran = await store.RunAsync("catalog", verb, edited, "--output", "json");
            Assert.Equal(Exit.BadInput, ran.Exit);
            Assert.Contains("never edited", ran.Json.GetProperty("faults")[0].GetProperty("cause").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(before, store.Dump());
        Assert.Equal(Exit.BadInput, (await store.RunAsync("catalog", "check", "no-such-file.json")).Exit);
    }

    [Fact]
    public async Task A_catalog_that_supplies_what_was_missing_releases_what_was_held_for_it()
    {
        using var store = await VerbTests.StoreAsync();
        var file = store.Write("more.csv", "event_id,account_id,api,occurred_at,status,quantity\nx1,a1,invoice,2023-04-18T15:40:00+08:00,200,2\n");
        Assert.Equal(Exit.Differs, (await VerbTests.IngestAsync(store, file)).Exit);
        var catalog = store.Write("wider.json",
            VerbTests.Catalog.Replace("\"general-table\"", "\"general-table\", \"invoice\"", StringComparison.Ordinal));
        Assert.Contains("invoice", (await store.DoAsync("catalog", "check", catalog)).Output, StringComparison.Ordinal);
        var applied = (await store.DoAsync("catalog", "apply", catalog, "--output", "json")).Json;
        Assert.Equal(
            ("invoice", 1), (Assert.Single(applied.GetProperty("apis").EnumerateArray()).GetString(), applied.GetProperty("released").GetInt32()));
        Assert.Empty((await store.DoAsync("quarantine", "list", "--output", "json")).Json.EnumerateArray());
        // apply takes what show prints, and finds nothing new in it.
        var shown = store.Write("shown.json", (await store.DoAsync("catalog", "show", "--output", "json")).Output);
        Assert.Contains("Nothing is new", (await store.DoAsync("catalog", "apply", shown)).Output, StringComparison.Ordinal);
        Assert.Contains("0.1000001", (await store.DoAsync("catalog", "show")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_value_beyond_the_largest_movement_is_shown()
    {
        using var store = new TestStore();
        await store.DoAsync("catalog", "apply", store.Write("c.json", VerbTests.Catalog.Replace("\"0.15\"", "\"20000\"", StringComparison.Ordinal)));
        await store.CommandsAsync(VerbTests.Commands[0]);
        await VerbTests.IngestAsync(store, store.Write("u.csv", "event_id,account_id,api,occurred_at,status,quantity\n1,a1,passport,2023-04-18T15:40:00+08:00,200,1000000\n2,a1,passport,2023-04-18T15:41:00+08:00,200,1000000\n"));
        await store.RunAsync("close", "--until", "2023-04-18T19:00:00");
        var held = (await store.DoAsync("quarantine", "list", "--output", "json")).Json.EnumerateArray()
            .Select(e => e.GetProperty("value").GetString());
        Assert.Equal(["20000000000.00", "20000000000.00"], held);
        Assert.Contains("worth 40000000000.00 CNY", (await store.DoAsync("quarantine", "list")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ingest")]
    [InlineData("command")]
    [InlineData("simulate")]
    [InlineData("catalog check")]
    [InlineData("demo --keep")]
    public async Task A_folder_given_as_a_file_is_called_a_folder(string verb)
    {
        using var store = new TestStore();
        var ran = await store.RunAsync([.. verb.Split(' '), store.PathOf(".")]);
        Assert.Equal((Exit.BadInput, ""), (ran.Exit, ran.Output));
        Assert.Contains("is a folder, not a file", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quarantined_events_are_listed_released_and_discarded_with_a_record()
    {
        using var store = await VerbTests.StoreAsync();
        await store.RunAsync("close", "--until", "2023-04-18T19:00:00");
        var held = (await store.DoAsync("quarantine", "list", "--output", "json", "--reason", "not-subscribed")).Json.EnumerateArray().ToList();
        Assert.NotEmpty(held);
        Assert.All(new[] { "id", "source", "reason", "account", "calls", "value" }, name => Assert.True(held[0].TryGetProperty(name, out _), name));
        var (first, second) = (Number(held[0]), Number(held[1]));

        var before = store.Dump();
        var unknown = await store.RunAsync("quarantine", "release", first, "99999");
        Assert.Equal(Exit.BadInput, unknown.Exit);
        Assert.Equal(before, store.Dump());

        await store.DoAsync("quarantine", "discard", first, "--because", "a test of the agent", "--by", "Ann");
        var shown = (await store.DoAsync("quarantine", "show", first, "--output", "json")).Json;
        Assert.Equal("discarded Ann a test of the agent", $"{shown.GetProperty("state").GetString()} {shown.GetProperty("by").GetString()} {shown.GetProperty("because").GetString()}");
        Assert.Contains("a test of the agent", (await store.DoAsync("quarantine", "show", first)).Output, StringComparison.Ordinal);
        Assert.Equal(Exit.Differs, (await store.RunAsync("quarantine", "release", first)).Exit);

        await store.DoAsync("quarantine", "release", second);
        var all = await store.DoAsync("quarantine", "release", "--all", "--account", "a1");
        Assert.Contains(" released.", all.Output, StringComparison.Ordinal);
        Assert.Equal("none\n", (await store.DoAsync("quarantine", "list")).Output);
        Assert.Equal(Exit.BadInput, (await store.RunAsync("quarantine", "show", "99999")).Exit);
    }

    [Fact]
    public async Task A_file_that_proves_bad_half_way_leaves_the_events_before_it_and_says_so()
    {
        using var store = await VerbTests.StoreAsync();
        var path = store.Write("bad.csv", "");
        await File.WriteAllBytesAsync(
            path,
            [.. "event_id,account_id,api,occurred_at,status,quantity\ny1,a1,passport,2023-04-18T15:40:00+08:00,200,2\n"u8, 0xFF, 0xFE, (byte)'\n'],
            TestContext.Current.CancellationToken);
        var ran = await VerbTests.IngestAsync(store, path);
        Assert.Equal(Exit.BadInput, ran.Exit);
        Assert.Contains("is not UTF-8", ran.Error, StringComparison.Ordinal);
        Assert.Equal(Exit.BadInput, (await VerbTests.IngestAsync(store, "no-such-file.csv")).Exit);
    }

    [Fact]
    public async Task Accounts_that_a_person_opened_keep_their_subscriptions()
    {
        using var store = await VerbTests.StoreAsync();
        var file = store.Write("auto.csv", "event_id,account_id,api,occurred_at,status,quantity\nz1,a1,general-table,2023-04-18T15:40:00+08:00,200,2\nz2,a2,passport,2023-04-18T15:50:00+08:00,200,2\nz3,a2,passport,2023-04-18T15:45:00+08:00,404,1\n");
        var ran = (await VerbTests.IngestAsync(store, file, "--account-auto")).Json;
        Assert.Equal((1, 1), (ran.GetProperty("accountsOpened").GetInt32(), ran.GetProperty("scopesSubscribed").GetInt32()));
        Assert.Single((await store.DoAsync("account", "a1", "--output", "json")).Json.GetProperty("subscriptions").EnumerateArray());
        var subscription = Assert.Single((await store.DoAsync("account", "a2", "--output", "json")).Json.GetProperty("subscriptions")
            .EnumerateArray());
        Assert.Equal("2023-04-18T15:45:00+08:00", subscription.GetProperty("since").GetString());
    }

    [Fact]
    public async Task Status_says_what_is_behind()
    {
        using var store = await VerbTests.StoreAsync();
        var before = (await store.DoAsync("status", "--output", "json")).Json;
        Assert.Equal("2023-04-18T15:00:00+08:00", before.GetProperty("oldestOpenHour").GetString());
        Assert.True(before.GetProperty("hoursBehind").GetInt64() > 24 * 365);
        Assert.Equal(JsonValueKind.Null, before.GetProperty("closedThrough").ValueKind);
        await store.RunAsync("close");
        var after = (await store.DoAsync("status", "--output", "json")).Json;
        Assert.Equal((0, JsonValueKind.Null), (after.GetProperty("hoursBehind").GetInt64(), after.GetProperty("oldestOpenHour").ValueKind));
        Assert.True(after.GetProperty("unpublishedNotices").GetInt64() > 0);
        Assert.Equal("not-subscribed", after.GetProperty("quarantine")[0].GetProperty("reason").GetString());
        Assert.Contains("Hours behind", (await store.DoAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_broker_there_are_no_error_queues()
    {
        using var store = new TestStore();
        foreach (var verb in new[] { "list", "replay", "discard --all" })
        {
            var ran = await store.RunAsync(["errors", .. verb.Split(' ')]);
            Assert.Equal(
                (Exit.BadInput, "", "RabbitMq:Host: no broker is configured, so there are no error queues\n"), (ran.Exit, ran.Output, ran.Error));
        }
    }

    [Fact]
    public async Task Unreadable_messages_are_listed_counted_and_replayed()
    {
        await using var broker = await TestBroker.StartAsync();
        using var store = await VerbTests.StoreAsync();
        var options = OptionsOf(broker);
        await Worker.Bus.BrokerTopology.DeclareInputAsync(broker.Connection, "usage-events", TestContext.Current.CancellationToken);
        await broker.Channel.BasicPublishAsync(
            "", "usage-events_error", mandatory: true, new RabbitMQ.Client.BasicProperties { Persistent = true }, "bad"u8.ToArray(),
            TestContext.Current.CancellationToken);
        await TestWorker.UntilAsync(async () => await broker.ErrorsAsync() == 1, "it is in the error queue");
        var message = Assert.Single((await store.DoAsync(["errors", "list", "--output", "json", .. options])).Json.EnumerateArray());
        Assert.Equal("bad", message.GetProperty("body").GetString());
        Assert.Equal(1, (await store.DoAsync(["status", "--output", "json", .. options])).Json.GetProperty("queues")[0].GetProperty("unreadable")
            .GetInt64());
        Assert.Contains("usage-events", (await store.DoAsync(["errors", "replay", "--queue", "usage-events", .. options])).Output,
            StringComparison.Ordinal);
        await TestWorker.UntilAsync(async () => await broker.DepthAsync("usage-events") == 1, "it is back");
    }

    [Fact]
    public async Task Unreadable_messages_are_discarded_by_id_or_all_and_counted()
    {
        await using var broker = await TestBroker.StartAsync();
        using var store = await VerbTests.StoreAsync();
        var options = OptionsOf(broker);
        foreach (var queue in Worker.Bus.BrokerTopology.Inputs)
            await Worker.Bus.BrokerTopology.DeclareInputAsync(broker.Connection, queue, TestContext.Current.CancellationToken);
        foreach (var (queue, body) in new[] { ("usage-events", "one"), ("usage-events", "two"), ("billing-commands", "three"),
            ("billing-commands", "f\u001b[31m\u202E") })
        {
            await broker.Channel.BasicPublishAsync(
                "", queue + "_error", mandatory: true, new RabbitMQ.Client.BasicProperties { Persistent = true },
                System.Text.Encoding.UTF8.GetBytes(body), TestContext.Current.CancellationToken);
        }

        await TestWorker.UntilAsync(async () => await broker.ErrorsAsync() == 4, "they are in the error queues");
        var listed = (await store.DoAsync(["errors", "list", "--output", "json", .. options])).Json.EnumerateArray()
            .ToDictionary(m => m.GetProperty("body").GetString()!, m => m.GetProperty("id").GetString()!);
        Assert.Contains(@"f\u001b[31m\u202e", (await store.DoAsync(["errors", "list", .. options])).Output, StringComparison.Ordinal);
        Assert.Equal(Exit.BadInput, (await store.RunAsync(["errors", "discard", .. options])).Exit);
        var mistyped = await store.RunAsync(["errors", "discard", listed["one"], "nothing", .. options]);
        Assert.Equal((Exit.BadInput, "There is no message nothing in the error queues; nothing was changed\n"), (mistyped.Exit, mistyped.Error));
        // The broker puts back in its own time what a verb has looked at.
        await TestWorker.UntilAsync(async () => await broker.ErrorsAsync() == 4, "all are back in the error queues");

        var some = (await store.DoAsync(["errors", "discard", listed["one"], listed["three"], "--output", "json", .. options])).Json;
        Assert.Equal([1, 1], some.EnumerateArray().Select(d => d.GetProperty("discarded").GetInt32()));
        Assert.Equal(["two", "f\u001b[31m\u202E"], (await store.DoAsync(["errors", "list", "--output", "json", .. options])).Json.EnumerateArray()
            .Select(m => m.GetProperty("body").GetString()));
        await store.DoAsync(["errors", "discard", "--all", "--queue", "usage-events", .. options]);
        await TestWorker.UntilAsync(async () =>
            (await broker.DepthAsync("usage-events_error"), await broker.DepthAsync("billing-commands_error")) == (
            0u, 1u), "the other queue's is there");
        await store.DoAsync(["errors", "replay", listed["f\u001b[31m\u202E"], .. options]);
        await TestWorker.UntilAsync(async () => await broker.DepthAsync("billing-commands") == 1, "it is back");
        Assert.Equal(0u, await broker.DepthAsync("usage-events"));
    }

    private static string[] OptionsOf(TestBroker broker) =>
    [
        .. new[]
        {
            $"RabbitMq:Host={broker.Settings.Host}", $"RabbitMq:Port={broker.Settings.EffectivePort}", $"RabbitMq:VirtualHost={broker.Settings.VirtualHost}",
            $"RabbitMq:Username={broker.Settings.Username}", $"RabbitMq:Password={broker.Settings.Password}",
        }.SelectMany(s => new[] { "--set", s }),
    ];

    private static string Number(JsonElement entry) =>
        entry.GetProperty("entry").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture);
}
