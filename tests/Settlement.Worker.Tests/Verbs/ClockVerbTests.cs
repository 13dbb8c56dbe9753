using System.Globalization;
using System.Text.Json;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Troubles;
using Settlement.Worker.Ingest;
using Settlement.Worker.Tests.Replay;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

/// <summary>A store whose time line was driven ten years ahead by a wrong clock, and the way back.</summary>
public sealed class ClockVerbTests : IDisposable
{
    private const string Subscribe = """
        [{"id":"1","type":"open-account","account":"a"},{"id":"2","type":"subscribe","account":"a","api":"images","region":"cn-north-4"}]
        """;

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly ReplayStore ahead = ReplayStore.Create(Refusals.Catalog, Instant.OfUs(Now.AddHours(-3)));
    private readonly TestStore files = new();

    public ClockVerbTests() => ahead.Work(Instant.OfUs(Now.AddHours(-3)), core =>
    {
        core.Commands.Receive(CommandReader.Read(System.Text.Encoding.UTF8.GetBytes(Subscribe)), core.NowUs);
        core.Timeline.AdvanceTo(core.NowUs);
        core.Timeline.AdvanceTo(Instant.OfUs(Now.AddYears(10)));
    });

    public void Dispose()
    {
        ahead.Dispose();
        files.Dispose();
    }

    [Fact]
    public async Task Status_says_until_when_the_time_line_is_ahead_and_does_not_say_0_hours_behind()
    {
        var year = Now.AddYears(10).Year.ToString(CultureInfo.InvariantCulture);
        var status = (await RunAsync("status", "--output", "json")).Json;
        Assert.Equal(JsonValueKind.Null, status.GetProperty("hoursBehind").ValueKind);
        Assert.StartsWith(year, status.GetProperty("aheadUntil").GetString(), StringComparison.Ordinal);
        Assert.Contains($"the time line is ahead of the clock until {year}", (await RunAsync("status")).Output, StringComparison.Ordinal);
        Assert.StartsWith(
            year, (await RunAsync("clock", "show", "--output", "json")).Json.GetProperty("aheadUntil").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_way_back_opens_the_hours_that_closed_ahead_and_usage_is_billed_in_its_own_hour()
    {
        var close = await RunAsync("close");
        Assert.Equal(Exit.BadInput, close.Exit);
        Assert.Contains("settlement clock back --dry-run", close.Error, StringComparison.Ordinal);
        var usage = files.Write("u.ndjson", Refusals.Event("e", at: Now.AddHours(-1)) + "\n");
        Assert.Equal(Exit.Done, (await RunAsync("ingest", usage)).Exit);

        var dry = (await RunAsync("clock", "back", "--dry-run", "--output", "json")).Json;
        Assert.True(ahead.Read(StoreState.Of).LastRunUs > Instant.OfUs(Now.AddYears(9)));
        var back = (await RunAsync("clock", "back", "--output", "json")).Json;
        Assert.Equal(dry.ToString(), back.ToString());
        Assert.Equal((true, 1), (back.GetProperty("ahead").GetBoolean(), back.GetProperty("events").GetInt32()));
        Assert.Contains("Nothing is ahead", (await RunAsync("clock", "back")).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("status", "--output", "json")).Json.GetProperty("hoursBehind").GetInt64());
        ahead.Work(Instant.OfUs(Now.AddHours(3)), core => core.Timeline.AdvanceTo(core.NowUs));
        var row = Assert.Single((await RunAsync("bill", "--output", "json")).Json.EnumerateArray());
        Assert.Equal(1, row.GetProperty("calls").GetInt32());
    }

    [Fact]
    public async Task What_was_booked_beyond_now_is_named_and_nothing_is_changed()
    {
        var farUs = Instant.OfUs(Now.AddYears(10).AddHours(2));
        ahead.Work(farUs, core =>
        {
            core.Commands.Receive(["""{"id":"far","type":"top-up","account":"a","amount":"5"}"""], core.NowUs);
            core.Timeline.AdvanceTo(core.NowUs);
        });
        var before = ahead.Read(StoreState.Of);
        var back = await RunAsync("clock", "back");
        Assert.Equal(Exit.BadInput, back.Exit);
        Assert.Contains("ledger entries: 2, the first of " + Now.AddYears(10).Year.ToString(CultureInfo.InvariantCulture), back.Error,
            StringComparison.Ordinal);
        Assert.Equal(before, ahead.Read(StoreState.Of));
    }

    [Fact]
    public async Task A_person_confirms_the_time_that_the_clock_says_and_no_other()
    {
        var wrong = await RunAsync("clock", "confirm", "2023-04-18T15:00:00+08:00");
        Assert.Equal(Exit.BadInput, wrong.Exit);
        Assert.Contains("set the clock right", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(Exit.Done,
            (await RunAsync("clock", "confirm", TimeProvider.System.GetUtcNow()
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))).Exit);
        Assert.Equal(JsonValueKind.String, (await RunAsync("clock", "show", "--output", "json")).Json.GetProperty("confirmed").ValueKind);
        Assert.Equal(Exit.BadInput, (await RunAsync("clock", "confirm", "yesterday")).Exit);
    }

    [Fact]
    public async Task Status_says_what_failed_since_when_and_why()
    {
        ahead.Work(ReplayStore.NowUs, core => core.Store.Write(session =>
        {
            TroubleRows.Note(session, new Trouble { Worker = "process 1 on x", What = "usage", SinceUs = Instant.OfUs(Now), Cause = "disk full" });
            TroubleRows.Note(session,
                new Trouble { Worker = "process 1 on x", What = "time-line", SinceUs = Instant.OfUs(Now), EndedUs = Instant.OfUs(Now) + 1,
                Cause = "locked" });
        }));
        var trouble = (await RunAsync("status", "--output", "json")).Json.GetProperty("trouble").EnumerateArray()
            .OrderByDescending(t => t.GetProperty("what").GetString(), StringComparer.Ordinal).ToList();
        Assert.Equal(("usage", "disk full", JsonValueKind.Null),
            (Text(trouble[0], "what"), Text(trouble[0], "cause"), trouble[0].GetProperty("ended").ValueKind));
        Assert.Equal(("time-line", JsonValueKind.String), (Text(trouble[1], "what"), trouble[1].GetProperty("ended").ValueKind));
        var text = (await RunAsync("status")).Output;
        Assert.Contains("still fails", text, StringComparison.Ordinal);
        Assert.Contains("disk full", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_who_answers_is_no_health()
    {
        var port = string.Create(CultureInfo.InvariantCulture, $"Http:Port={RunningWorkerTests.FreePort()}");
        var asked = await RunAsync("health", "--set", port);
        Assert.Equal((Exit.Unexpected, ""), (asked.Exit, asked.Output));
        Assert.Equal(Exit.BadInput, (await RunAsync("health", "--set", "Http:Port=0")).Exit);
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private Task<Ran> RunAsync(params string[] args) => files.AtAsync(Path.Combine(ahead.Folder, "settlement.db"), args);
}
