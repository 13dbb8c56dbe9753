// Three workers on one database of a T-SQL engine and one broker. At random moments they are killed, or halted for longer than a claim is held. The
// result is what one undisturbed process makes of the same story on SQLite.
using Settlement.Storage.Tests.Contract;
using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Auditing;
using Settlement.Worker.Tests.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

public class SeveralWorkersTests
{
    private const int Accounts = 120;
    private const string RunJob = """{"id":"close","type":"run-job","job":"close-hours"}""";
    private const string StillOpen = "Billing__CloseDelay=20000.00:00:00";
    private const string Unpublished = "SELECT COUNT(*) FROM Notice WHERE Published = 0";
    private const string Stored = "SELECT (SELECT COUNT(*) FROM Command) + (SELECT COUNT(*) FROM EventIdentity)";
    private const string Waiting = """
        SELECT (SELECT COUNT(*) FROM Command WHERE State = 'pending') + (SELECT COUNT(*) FROM Agenda) + (SELECT COUNT(*) FROM Run WHERE DoneUs IS NULL)
        + (SELECT COUNT(*) FROM Usage WHERE SettleSlot > (SELECT ClosedSlot FROM Store)) + (SELECT COUNT(*) FROM Notice WHERE Published = 0)
        """;

    private static readonly string[] FortnightSettings = ["Billing__GraceDays=2", "Billing__RetentionDays=3"];

    [Fact]
    public async Task Three_workers_killed_at_random_through_a_real_day_leave_the_books_of_one()
    {
        var server = TestSqlServer.Need();
        await using var broker = await TestBroker.StartAsync();
        var story = new Story("P40Y");
        using var store = ReplayStore.Create(story.Catalog(), ReplayStore.NowUs, server: server);
        var (seed, listener) = await ReadyAsync(broker);
        foreach (var body in story.CommandBodies())
            await broker.PublishAsync(BrokerTopology.BillingCommands, body);
        await using (var workers = new WorkerGroup(broker.Settings, store, new Random(seed), StillOpen))
        {
            await workers.DisturbAsync(kills: 2, () => store.Count("SELECT COUNT(*) FROM Command WHERE State = 'applied'") == story.CommandCount);
            var publishing = Publisher.PublishAsync(broker.Settings, seed, unreadable: 10, malformed: 10);
            await workers.DisturbAsync(kills: 5, () => publishing.IsCompleted && store.Count("SELECT COUNT(*) FROM EventIdentity") == NasaDay.Rows);
            var malformed = (await publishing).Malformed;
            await workers.StopAsync(async () =>
                await broker.DepthAsync(BrokerTopology.UsageEvents) == 0 && store.Count("SELECT COUNT(*) FROM Quarantine") == malformed);
        }

        await broker.PublishAsync(BrokerTopology.BillingCommands, RunJob);
        await using (var workers = new WorkerGroup(broker.Settings, store, new Random(seed)))
        {
            await workers.DisturbAsync(kills: 5, () => store.Count("SELECT COUNT(*) FROM Run WHERE DoneUs IS NOT NULL") == 1);
            await workers.StopAsync(async () => await broker.DepthAsync(BrokerTopology.UsageEvents) == 0 && store.Count(Unpublished) == 0);
        }

        Assert.Equal(0, store.Count(Unpublished));
        var told = store.Telling();
        told.AreThoseOf(story);
        told.AddUp();
        Telling.Same(KillTests.Undisturbed(story), told.Tell());
        await HeardAsync(listener, told);
    }

    [Fact]
    public async Task Three_workers_killed_and_halted_through_a_fortnight_of_renewals_leave_the_books_of_one()
    {
        var server = TestSqlServer.Need();
        await using var broker = await TestBroker.StartAsync();
        var (seed, listener) = await ReadyAsync(broker);
        var nowUs = ReplayStore.NowUs;
        var story = new Fortnight(Accounts, seed, nowUs);
        using var undisturbed = FortnightBooks.AfterTheOutage(story, nowUs);
        using var store = FortnightBooks.Create(story, server: server);
        var stored = store.Count(Stored) + story.Commands.Count + await FortnightTests.SendAsync(broker, story);
        await using (var workers = new WorkerGroup(broker.Settings, store, new Random(seed), FortnightSettings))
        {
            // During the storing, a halted worker would keep what the broker gave it, which would then be late; so there are only kills.
            await workers.DisturbAsync(kills: 3, () => store.Count(Stored) == stored);
            await workers.DisturbAsync(kills: 8, () => store.Count(Waiting) == 0, halts: 2);
            await workers.StopAsync(() => Task.FromResult(store.Count(Waiting) == 0));
        }

        Assert.Equal((stored, 0), (store.Count(Stored), store.Count(Waiting)));

        var told = store.Telling();
        told.AddUp();
        FortnightBooks.RenewsAsRuled(store);
        Telling.Same(undisturbed.Read(FortnightBooks.Tell), store.Read(FortnightBooks.Tell));
        await HeardAsync(listener, told);
    }

    private static async Task HeardAsync(Listener listener, Telling told)
    {
        var written = told.Notices.Sum(n => n.Count());
        for (var left = 60; left > 0 && listener.Different < written; left--)
            await Task.Delay(500, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"{written} notices; {listener.Different} heard, in {listener.Deliveries} deliveries");
        listener.HeardAll(told.Notices);
    }

    private static async Task<(int Seed, Listener Listener)> ReadyAsync(TestBroker broker)
    {
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(broker.Connection, queue, TestContext.Current.CancellationToken);
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        return (seed, await Listener.StartAsync(broker));
    }
}
