// A worker that comes back after two weeks finds everything in the broker: commands at their own times and calls. It stores them, then catches up on
// renewals and arrears in the order of due time (2.4). On the way it is killed twenty times while notices go out.
using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Auditing;
using Settlement.Worker.Tests.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

public class FortnightTests
{
    private const int Accounts = 120;
    private const int KillsInDrain = 6;
    private const int KillsInCatchUp = 14;
    private const int LongestDelayMs = 60;
    private const string Stored = "SELECT (SELECT COUNT(*) FROM Command) + (SELECT COUNT(*) FROM EventIdentity)";

    /// <summary>What the time line has done; it only grows.</summary>
    private const string Done = """
        SELECT (SELECT COUNT(*) FROM Closing) + (SELECT COUNT(*) FROM Command WHERE State <> 'pending') + (SELECT COUNT(*) FROM Renewal) + (SELECT COUNT(*) FROM Notice)
        """;

    private const string Waiting = """
        SELECT (SELECT COUNT(*) FROM Command WHERE State = 'pending') + (SELECT COUNT(*) FROM Agenda) + (SELECT COUNT(*) FROM Run WHERE DoneUs IS NULL)
        + (SELECT COUNT(*) FROM Usage WHERE SettleSlot > (SELECT ClosedSlot FROM Store)) + (SELECT COUNT(*) FROM Notice WHERE Published = 0)
        """;

    private static readonly string[] Settings = ["Billing__GraceDays=2", "Billing__RetentionDays=3"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fortnight_of_renewals_and_arrears_comes_out_the_same_when_its_worker_is_killed_twenty_times()
    {
        await using var broker = await TestBroker.StartAsync();
        var seed = Environment.TickCount;
        Say($"seed {seed}");
        var nowUs = ReplayStore.NowUs;
        var story = new Fortnight(Accounts, seed, nowUs);
        using var undisturbed = FortnightBooks.AfterTheOutage(story, nowUs);
        var expected = undisturbed.Read(FortnightBooks.Tell);
        Telling.Same(FortnightBooks.NeverStopped(story, nowUs), expected);

        using var store = FortnightBooks.Create(story);
        var listener = await Listener.StartAsync(broker);
        var events = await SendAsync(broker, story);
        var killed = new Killing(broker, store, new Random(seed));
        var (opened, stored) = (store.Count(Stored), story.Commands.Count + events);
        await killed.KillAsync(KillsInDrain, Stored, opened, opened + (stored * 9 / 10));
        await killed.KillAsync(KillsInCatchUp, Done, store.Count(Done), undisturbed.Count(Done) * 9 / 10);
        await using (var worker = WorkerProcess.Start(broker.Settings, store, Settings))
        {
            Assert.True(store.Count(Waiting) > 0, "Something is left for the last worker: else the kills came too late and the story is too small");
            await worker.UntilLoggedAsync("What waited in the broker is stored");
            await worker.UntilAsync(() => store.Count(Waiting) == 0, "nothing is due and the outbox is empty");
            await worker.UntilAsync(async () => await Depth(broker) == 0, "the queues are empty");
            Assert.Equal(0, await worker.StopAsync());
        }

        Assert.Equal(0u, await Depth(broker) + await broker.ErrorsAsync());
        var told = store.Telling();
        told.AddUp();
        FortnightBooks.RenewsAsRuled(store);
        Telling.Same(expected, store.Read(FortnightBooks.Tell));
        await TestWorker.UntilAsync(() => listener.Different >= told.Notices.Sum(n => n.Count()), "the listener has heard every notice");
        listener.HeardAll(told.Notices);
        Say($"{killed.Killed} killed; {told.Rows.Count} rows; {listener.Different} notices, {listener.Deliveries - listener.Different} of them twice");
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    private static async Task<uint> Depth(TestBroker broker) =>
        await broker.DepthAsync(BrokerTopology.UsageEvents) + await broker.DepthAsync(BrokerTopology.BillingCommands);

    /// <returns>How many different calls were sent.</returns>
    internal static async Task<int> SendAsync(TestBroker broker, Fortnight story)
    {
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(broker.Connection, queue, Cancel);
        await Task.WhenAll(FortnightBooks.CommandBodies(story).Select(b => broker.PublishAsync(BrokerTopology.BillingCommands, b).AsTask()));
        await Task.WhenAll(FortnightBooks.UsageBodies(story)
            .Select(b => broker.PublishAsync(BrokerTopology.UsageEvents, b, "application/json").AsTask()));
        return story.Calls.Distinct().Count();
    }

    /// <summary>Kills at moments drawn from the progress of the work; each worker gets at least some of it done.</summary>
    private sealed class Killing(TestBroker broker, ReplayStore store, Random random)
    {
        public int Killed { get; private set; }

        public async Task KillAsync(int kills, string progress, long from, long to)
        {
            foreach (var drawn in Enumerable.Range(0, kills).Select(_ => random.NextInt64(from, to)).Order().ToList())
            {
                var moment = Math.Max(drawn, store.Count(progress) + 1);
                await using var worker = WorkerProcess.Start(broker.Settings, store, Settings);
                await worker.UntilAsync(() => store.Count(progress) >= moment, $"{progress} gives {moment}");
                await Task.Delay(random.Next(LongestDelayMs), Cancel);
                await worker.KillAsync();
                Killed++;
                Say($"killed at {store.Count(progress)} of {progress}");
                // What the dead worker held is back in the queues once the broker has seen the end of its connection.
                foreach (var queue in BrokerTopology.Inputs)
                    await TestWorker.UntilAsync(async () =>
                        await broker.Channel.ConsumerCountAsync(queue, Cancel) == 0, $"{queue} has lost its dead consumer");
            }
        }
    }
}
