// kill -9 wherever it hurts: while commands are taken in, while usage is stored, during closings and while notices go out. The result is what an
// undisturbed store makes of the same story. The hours of 1995 are long due, so a close delay of decades keeps them open until everything is stored;
// the second part, with the usual delay, closes them by the command run-job.

using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Engine.Usage;
using Settlement.Worker.Bus;
using Settlement.Worker.Ingest;
using Settlement.Worker.Tests.Auditing;
using Settlement.Worker.Tests.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

public class KillTests
{
    private const string RunJob = """{"id":"close","type":"run-job","job":"close-hours"}""";
    internal const string StillOpen = "Billing__CloseDelay=20000.00:00:00";
    private const string Applied = "SELECT COUNT(*) FROM Command WHERE State = 'applied'";
    private const string Stored = "SELECT COUNT(*) FROM EventIdentity";
    private const string Unpublished = "SELECT COUNT(*) FROM Notice WHERE Published = 0";
    private const string Closed = "SELECT COUNT(*) FROM Closing";

    [Fact]
    public async Task A_worker_killed_at_any_moment_leaves_the_books_of_one_that_never_stopped()
    {
        await using var broker = await TestBroker.StartAsync();
        var story = new Story("P40Y");
        using var store = ReplayStore.Create(story.Catalog(), ReplayStore.NowUs);
        await DeclareAsync(broker);
        var listener = await Listener.StartAsync(broker);
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var workers = new KilledWorkers(broker.Settings, store, new Random(seed));

        foreach (var body in story.CommandBodies())
            await broker.PublishAsync(BrokerTopology.BillingCommands, body);
        await using (var worker = await workers.WorkAsync(3, Applied, story.CommandCount, StillOpen))
        {
            await worker.UntilAsync(() => store.Count(Applied) == story.CommandCount, "all commands are applied");
            await worker.KillAsync();
        }

        var publishing = Publisher.PublishAsync(broker.Settings, seed, unreadable: 10, malformed: 10);
        await using (var worker = await workers.WorkAsync(5, Stored, NasaDay.Rows - 1000, StillOpen))
        {
            var sent = await publishing;
            await worker.UntilAsync(async () => await broker.DepthAsync(BrokerTopology.UsageEvents) == 0, "the queue is empty");
            await worker.UntilAsync(async () => await broker.ErrorsAsync() >= sent.Unreadable, "all unreadable bodies are in the error queue");
            Assert.Equal(0, await worker.StopAsync());
            Assert.Equal(sent.Malformed, store.Count("SELECT COUNT(*) FROM Quarantine"));
        }

        await broker.PublishAsync(BrokerTopology.BillingCommands, RunJob);
        await using (var worker = await workers.WorkAsync(4, Closed, 2_000))
        {
            await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Run WHERE DoneUs IS NOT NULL") == 1, "the closing is done");
            // Its notice is written after the last account's, when the worker comes back to the command.
            await worker.UntilAsync(() => store.Count(Applied) == story.CommandCount + 1, "run-job is applied");
            await worker.UntilAsync(() => store.Count(Unpublished) == 0, "all notices are published");
            Assert.Equal(0, await worker.StopAsync());
        }

        await HoldsAsync(story, store.Telling(), listener, Undisturbed(story));
    }

    [Fact]
    public async Task What_waits_in_the_broker_is_stored_before_any_overdue_hour_closes_however_often_the_worker_is_killed()
    {
        const uint Kills = 2 + 1 + 5;
        await using var broker = await TestBroker.StartAsync();
        var story = new Story("P1Y");
        using var store = Overdue(story);
        await DeclareAsync(broker);
        var listener = await Listener.StartAsync(broker);
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var sent = await Publisher.PublishAsync(broker.Settings, seed, unreadable: 5, malformed: 5);
        var workers = new KilledWorkers(broker.Settings, store, new Random(seed))
        {
            Then = () =>
                Assert.True(store.Count(Stored) == NasaDay.Rows || store.Count(Closed) == 0, "No hour closes until all that waited is stored."),
        };
        await (await workers.WorkAsync(2, Stored, NasaDay.Rows - 1000)).KillAsync();
        await using (var worker = await workers.WorkAsync(5, Closed, 3_000))
        {
            var nowUs = ReplayStore.NowUs;
            await worker.UntilAsync(() => store.Count("SELECT LastRunUs FROM Store") > nowUs - Instant.PerHourUs, "the time line has come to now");
            await worker.UntilAsync(() => store.Count($"SELECT COUNT(*) FROM Agenda WHERE DueUs <= {nowUs}") == 0, "nothing is due");
            await worker.UntilAsync(() => store.Count(Unpublished) == 0, "all notices are published");
            Assert.Equal(0, await worker.StopAsync());
        }

        Assert.Equal(0u, await broker.DepthAsync(BrokerTopology.UsageEvents));
        // A worker that is killed between moving an unreadable message and acknowledging it moves it again: at least once, and at most once more per
        // kill.
        Assert.InRange(await broker.ErrorsAsync(), (uint)sent.Unreadable, (uint)sent.Unreadable + Kills);
        Assert.Equal((24, 0), (store.Count("SELECT COUNT(*) FROM Run"), store.Count("SELECT COUNT(*) FROM BillRow WHERE Late = 1")));
        await HoldsAsync(story, store.Telling(), listener, ReplayedInPeace(story));
    }

    /// <summary>A store of 1995 whose worker has been down since.</summary>
    internal static ReplayStore Overdue(Story story)
    {
        var createdUs = Instant.OfUs(new DateTimeOffset(1995, 7, 9, 3, 30, 0, TimeSpan.Zero));
        var store = ReplayStore.Create(story.Catalog(), createdUs);
        store.Work(createdUs, core =>
        {
            foreach (var body in story.CommandBodies())
                core.Commands.Receive(CommandReader.Read(System.Text.Encoding.UTF8.GetBytes(body)), core.NowUs);
            core.Timeline.AdvanceTo(core.NowUs);
        });
        return store;
    }

    internal static List<string> ReplayedInPeace(Story story)
    {
        using var store = Overdue(story);
        store.Work(ReplayStore.NowUs, core =>
        {
            StoreTrace(core);
            core.Timeline.AdvanceTo(core.NowUs);
        });
        return [.. store.Telling().Tell()];
    }

    private static void StoreTrace(SettlementCore core)
    {
        foreach (var chunk in UsageFile.Read(NasaDay.File(), new UsageFill(Story.Region, "nasa")).Chunk(5_000))
            core.Usage.Store([.. chunk.Select(e => new Arrival(e, core.NowUs))]);
    }

    internal static async Task DeclareAsync(TestBroker broker)
    {
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(broker.Connection, queue, TestContext.Current.CancellationToken);
    }

    /// <summary>The truth of the trace, a ledger that adds up, the books of the undisturbed run, and a listener that has heard everything.</summary>
    internal static async Task HoldsAsync(Story story, Telling told, Listener listener, List<string> undisturbed)
    {
        told.AreThoseOf(story);
        told.AddUp();
        Telling.Same(undisturbed, told.Tell());
        await TestWorker.UntilAsync(() => listener.Different >= told.Notices.Sum(n => n.Count()), "the listener has heard every notice");
        listener.HeardAll(told.Notices);
        TestContext.Current.TestOutputHelper?.WriteLine($"{listener.Deliveries - listener.Different} notices twice");
    }

    /// <summary>The same story in one process, without a broker and without a crash.</summary>
    internal static List<string> Undisturbed(Story story)
    {
        using var store = ReplayStore.Create(story.Catalog(), ReplayStore.NowUs);
        store.Work(ReplayStore.NowUs, core =>
        {
            foreach (var body in story.CommandBodies())
                core.Commands.Receive(CommandReader.Read(System.Text.Encoding.UTF8.GetBytes(body)), core.NowUs);
            core.Timeline.ApplyCommands(core.NowUs);
            StoreTrace(core);
            core.Timeline.CloseNow(core.NowUs);
        });
        return [.. store.Telling().Tell()];
    }
}
