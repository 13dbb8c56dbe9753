using System.Globalization;
using Settlement.Benchmarks.Harness;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Storage.Retention;
using Settlement.Worker.Simulating;

namespace Settlement.Benchmarks.Figures;

/// <summary>
/// Days of usage on a store that keeps it for the shortest time there is, 63 days: the size of the store, and how fast usage comes in and leaves.
/// Every hour a batch comes in and the hour before it closes; once a day what is past its time leaves, without the rests that a worker takes.
/// </summary>
internal static class RetentionOfDays
{
    private const int DaysPerLine = 10;
    private const double BytesPerMb = 1 << 20;
    private static readonly BillingSettings Settings = BillingSettings.Default with { MaxUsageAgeUs = Instant.PerDayUs,
        KeepUsageUs = 63 * Instant.PerDayUs };

    public static Task RunAsync(Sizes sizes)
    {
        using var scratch = new Scratch(sizes);
        var (days, perHour, accounts, random) = (
            sizes.Number("days", 100), sizes.Number("events", 100_000) / 24, sizes.Number("accounts", 100), sizes.Text("ids", "ordered") == "random");
        var file = scratch.New("retention");
        using (var world = World.Create(file))
            world.OpenAccounts(accounts);
        using var engine = new SqliteEngine($"Data Source={file}");
        var clock = new TestClock(World.StartUs);
        var core = new SettlementCore(new SettlementStore(engine, Settings), clock);
        core.Store.Open(World.StartUs);
        Print($"retention: {days} days of {perHour * 24:N0} events, {accounts:N0} accounts, {(random ? "random" : "time-ordered")} ids, usage kept for 63 days");
        Print($"  day | store MB | in use MB | usage rows |  in/s | closing s/day |   left/s | left");
        var spent = default(Spent);
        for (var day = 0; day < days; day++)
        {
            spent = PlayDay(core, clock, day, perHour, accounts, random, spent);
            if ((day + 1) % DaysPerLine != 0)
                continue;
            Line(core, day + 1, spent, (long)perHour * 24 * DaysPerLine);
            spent = default;
        }

        Repeats(core, clock.NowUs, perHour, accounts);
        return Task.CompletedTask;
    }

    private static Spent PlayDay(SettlementCore core, TestClock clock, int day, int perHour, int accounts, bool random, Spent spent)
    {
        for (var hour = 1; hour <= 24; hour++)
        {
            clock.NowUs = World.StartUs + (((day * 24L) + hour) * Instant.PerHourUs);
            var batch = Hour(clock.NowUs - Instant.PerHourUs, clock.NowUs, perHour, accounts, random);
            spent.In += Watch.Now().Of(() => core.Usage.Store(batch));
            spent.Closing += Watch.Now().Of(() => core.Timeline.AdvanceTo(clock.NowUs));
        }

        var left = 0L;
        spent.Leaving += Watch.Now().Of(() => left = core.UsageRetention.Leave(isSure: true).Events);
        return spent with { Left = spent.Left + left };
    }

    private static void Line(SettlementCore core, int day, Spent spent, long events)
    {
        var (size, rows) = core.Store.Read(session => (StoreSize.Of(session), Rows(session)));
        var leftRate = spent.Left == 0 ? 0 : spent.Left / spent.Leaving;
        Print($"  {day,3} | {size.Bytes / BytesPerMb,8:N0} | {(size.Bytes - size.FreeBytes) / BytesPerMb,9:N0} | {rows,10:N0} | {events / spent.In,5:N0} | {spent.Closing / DaysPerLine,13:N2} | {leftRate,8:N0} | {spent.Left:N0}");
    }

    /// <summary>The oldest hour that is kept comes in again, and one that has left.</summary>
    private static void Repeats(SettlementCore core, long nowUs, int perHour, int accounts)
    {
        var keptUs = nowUs - Settings.KeepUsageUs;
        Print($"  repeats of the oldest hour kept: {core.Usage.Store(Hour(keptUs, nowUs, perHour, accounts, random: false))}");
        Print($"  repeats of the hour before it:   {core.Usage.Store(Hour(keptUs - Instant.PerHourUs, nowUs, perHour, accounts, random: false))}");
    }

    private static Arrival[] Hour(long hourUs, long arrivedUs, int perHour, int accounts, bool random) =>
    [
        .. Enumerable.Range(0, perHour).Select(i => new Arrival(
            ReadEvent.Of(new UsageCall(
                "gw-1", random ? Guid.NewGuid().ToString()
                    : string.Create(CultureInfo.InvariantCulture, $"{hourUs / Instant.PerSecondUs}-{i:D6}"), $"a{i % accounts}", World.Apis[i % 3],
                    World.Region,
                hourUs + (i * Instant.PerHourUs / perHour), 200, 1, null)),
            arrivedUs)),
    ];

    private static long Rows(Session session)
    {
        using var command = session.Connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM Usage";
        return (long)command.ExecuteScalar()!;
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>Seconds of some days, and the events that left in them.</summary>
    private record struct Spent(double In, double Closing, double Leaving, long Left);
}
