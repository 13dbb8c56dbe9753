// A real day over a real broker into a real worker process. The hours of 1995 are long due, so a run at the top of an hour in the middle of the test
// would close them while only half is stored. So the store is put on hold first and resumed when everything is stored, and the first hourly run after
// that is made under the test's own clock.
using RabbitMQ.Client;
using Settlement.Domain.Time;
using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Auditing;
using Settlement.Worker.Tests.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

public class ReplayOverTheBrokerTests
{
    private const string Hold = """{"id":"hold","type":"hold","reason":"replay","by":"test"}""";
    private const string Resume = """{"id":"resume","type":"resume","reason":"replay","by":"test"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_day_of_real_requests_is_billed_to_the_call_whatever_way_it_is_delivered()
    {
        await using var broker = await TestBroker.StartAsync();
        var story = new Story("P40Y");
        using var store = ReplayStore.Create(story.Catalog(), ReplayStore.NowUs);
        store.Work(ReplayStore.NowUs, core =>
        {
            core.Commands.Receive([Hold], core.NowUs);
            core.Timeline.ApplyCommands(core.NowUs);
        });
        await StoreAllAsync(broker, story, store);
        store.Work(ReplayStore.NowUs, core =>
        {
            core.Commands.Receive([Resume], core.NowUs);
            core.Timeline.AdvanceTo(core.NowUs);
        });
        Assert.Equal(0, store.Count("SELECT COUNT(*) FROM Closing"));
        store.Work(BillingHour.FirstOnTheHourUs(ReplayStore.NowUs), core => core.Timeline.AdvanceTo(core.NowUs));

        var told = store.Telling();
        told.AreThoseOf(story);
        told.AddUp();
    }

    private static async Task StoreAllAsync(TestBroker broker, Story story, ReplayStore store)
    {
        await using var worker = WorkerProcess.Start(broker.Settings, store);
        await worker.UntilLoggedAsync("What waited in the broker is stored");
        foreach (var body in story.CommandBodies())
            await broker.PublishAsync(BrokerTopology.BillingCommands, body, "application/json");
        await worker.UntilAsync(() =>
            store.Count("SELECT COUNT(*) FROM Command WHERE State = 'applied'") == story.CommandCount + 1, "all commands are applied");
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var sent = await Publisher.PublishAsync(broker.Settings, seed, unreadable: 20, malformed: 15);
        await worker.UntilAsync(async () => await broker.DepthAsync(BrokerTopology.UsageEvents) == 0, "the queue is empty");
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM EventIdentity") == NasaDay.Rows, "every event has its identity");
        await worker.UntilAsync(async () => await broker.ErrorsAsync() == sent.Unreadable, "all unreadable bodies are in the error queue");
        Assert.Equal(0, await worker.StopAsync());
        Assert.Equal(0u, await broker.DepthAsync(BrokerTopology.UsageEvents));
        Assert.Equal(sent.Malformed, store.Count("SELECT COUNT(*) FROM Quarantine"));
        Assert.Equal(NasaDay.Rows, store.Count("SELECT COUNT(*) FROM Usage"));
    }
}
