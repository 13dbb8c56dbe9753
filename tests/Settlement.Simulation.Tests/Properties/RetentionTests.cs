using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine;
using Settlement.Engine.Retention;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Storage.Retention;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

/// <summary>Usage leaves day by day while usage comes in and hours close (7.4), wherever the worker ends.</summary>
public sealed class RetentionTests
{
    private const int EventsPerHour = 84;
    private static readonly BillingSettings Settings = BillingSettings.Default with { MaxUsageAgeUs = Instant.PerDayUs, KeepUsageUs = 63 * Instant.PerDayUs };
    private static readonly long StartUs = Instant.OfUs(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void In_a_hundred_days_the_store_stops_growing_and_repeats_are_duplicates_as_long_as_their_event_is_kept()
    {
        using var temp = new TempStore();
        var sizes = new Dictionary<int, long>();
        for (var day = 0; day < 100; day++)
        {
            PlayDay(temp.Engine, day);
            var size = Core(temp.Engine, DayUs(day + 1)).Store.Read(StoreSize.Of);
            sizes[day + 1] = size.Bytes!.Value - size.FreeBytes!.Value;
        }

        var core = Core(temp.Engine, DayUs(100));
        Assert.Equal(63 * 24, Hours(core));
        // What grows on is the books: a few rows an hour. Before anything left, thirty days took many times as much.
        Assert.InRange(sizes[100] - sizes[70], 0, (sizes[60] - sizes[30]) / 5);

        var (kept, left) = (DayUs(100) - (63 * Instant.PerDayUs), DayUs(100) - (65 * Instant.PerDayUs));
        Assert.Equal(new IngestCounts(0, EventsPerHour, 0, 0), core.Usage.Store([.. Hour(kept, DayUs(100))]));
        Assert.Equal(new IngestCounts(0, 0, 0, EventsPerHour), core.Usage.Store([.. Hour(left, DayUs(100))]));
        Assert.Equal(new IngestCounts(0, EventsPerHour, 0, 0), core.Usage.Store([.. Hour(left, DayUs(100))]));
        Assert.Equal(((100 * 24) - 1) * EventsPerHour, Calls(core));
    }

    /// <summary>The worker ends before or within each transaction of a pass in turn, or after it, before it knows.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Wherever_a_pass_is_cut_off_the_next_ones_do_the_rest_and_nothing_is_half_done(bool committed)
    {
        var expected = "";
        for (var steps = 0; ; steps++)
        {
            using var temp = new TempStore();
            PlayDay(temp.Engine, 0, hours: 4);
            Core(temp.Engine, DayUs(70)).Timeline.AdvanceTo(DayUs(70), TestContext.Current.CancellationToken);
            var engine = new CrashingEngine(temp.Engine);
            var commits = 0;
            if (committed)
                engine.Committed = () => _ = ++commits > steps ? throw new CrashException() : true;
            else
                engine.CrashAfter(steps);
            var ended = Ends(engine);
            var core = Core(temp.Engine, DayUs(70));
            Assert.Equal(Count(core, "Usage"), Count(core, "EventIdentity"));
            new UsageRetention(core.Store).Leave(isSure: true, cancel: TestContext.Current.CancellationToken);
            var result = $"{Count(core, "Usage")} {Count(core, "EventIdentity")} {Count(core, "BillRow")} {core.Store.Read(StoreState.Of).KeptFromUs}";
            expected = steps == 0 ? result : expected;
            Assert.Equal(expected, result);
            Assert.StartsWith("0 0 8 ", result, StringComparison.Ordinal);
            if (!ended)
            {
                Assert.InRange(steps, 10, 100);
                return;
            }
        }
    }

    private static bool Ends(CrashingEngine engine)
    {
        try
        {
            new UsageRetention(Core(engine, DayUs(70)).Store, 40).Leave(isSure: true);
            return false;
        }
        catch (CrashException)
        {
            return true;
        }
    }

    /// <summary>Every hour, usage comes in and the hour before it closes; at the end of the day, what is past its time leaves.</summary>
    private static void PlayDay(IEngine engine, int day, int hours = 24)
    {
        var clock = new TestClock(DayUs(day));
        var core = new SettlementCore(new SettlementStore(engine, Settings), clock);
        if (day == 0)
            Begin(core);
        for (var hour = 1; hour <= hours; hour++)
        {
            clock.NowUs = DayUs(day) + (hour * Instant.PerHourUs);
            core.Usage.Store([.. Hour(clock.NowUs - Instant.PerHourUs, clock.NowUs)]);
            core.Timeline.AdvanceTo(clock.NowUs);
        }

        core.UsageRetention.Leave(isSure: true);
    }

    private static void Begin(SettlementCore core)
    {
        core.Store.Open(StartUs);
        core.Store.Write(session => core.Store.ApplyCatalog(session, CatalogJson.Read(Story.Catalog, "", Settings.TimeZone, [])!, StartUs));
        core.Commands.Receive(
            [.. new[] { "a0", "a1" }.SelectMany(a => new[]
            {
                $$"""{"id":"open-{{a}}","type":"open-account","account":"{{a}}"}""",
                $$"""{"id":"money-{{a}}","type":"top-up","account":"{{a}}","amount":"1000000"}""",
                $$"""{"id":"sub-{{a}}","type":"subscribe","account":"{{a}}","api":"p","region":"r"}""",
            })],
            StartUs);
        core.Timeline.AdvanceTo(StartUs);
    }

    /// <summary>The same events each time they are made.</summary>
    private static IEnumerable<Arrival> Hour(long hourUs, long arrivedUs) => Enumerable.Range(0, EventsPerHour).Select(i => new Arrival(
        ReadEvent.Of(new UsageCall("gw", $"{hourUs}-{i}", $"a{i % 2}", "p", "r", hourUs + (i * Instant.PerSecondUs), 200, 1, null)), arrivedUs));

    private static long DayUs(int day) => StartUs + (day * Instant.PerDayUs);

    private static SettlementCore Core(IEngine engine, long nowUs) => new(new SettlementStore(engine, Settings), new TestClock(nowUs));

    private static long Hours(SettlementCore core) => Count(core, "(SELECT DISTINCT UseHour FROM Usage)");

    private static long Calls(SettlementCore core) => Count(core, "BillRow", "SUM(Calls)");

    private static long Count(SettlementCore core, string table, string what = "COUNT(*)") => core.Store.Read(session =>
    {
        using var command = session.Connection.CreateCommand();
        command.CommandText = $"SELECT {what} FROM {table}";
        return (long)command.ExecuteScalar()!;
    });
}
