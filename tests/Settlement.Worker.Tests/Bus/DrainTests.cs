using Microsoft.Extensions.Time.Testing;
using Settlement.Worker.Bus;
using Xunit;
using static Settlement.Worker.Tests.Bus.TestWorker;

namespace Settlement.Worker.Tests.Bus;

public class DrainTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void It_is_done_when_as_many_are_stored_as_waited_in_each_queue()
    {
        var drain = Drain.OfInputs();
        Assert.Null(drain.Left);
        drain.Stored("usage-events", 1);
        drain.Expect("usage-events", 3);
        Assert.Null(drain.Left);
        drain.Expect("billing-commands", 1);
        Assert.Equal(3, drain.Left);
        drain.Expect("usage-events", 100);
        drain.Stored("usage-events", 200);
        Assert.False(drain.IsDone);
        drain.Stored("billing-commands", 1);
        Assert.True(drain.IsDone);
        Assert.Equal(0, drain.Left);
    }

    [Fact]
    public void Nothing_waiting_is_done_once_that_is_known()
    {
        var drain = Drain.OfInputs();
        drain.Expect("usage-events", 0);
        Assert.False(drain.IsDone);
        drain.Expect("billing-commands", 0);
        Assert.True(drain.IsDone);
        Assert.True(Drain.Nothing().IsDone);
    }

    [Fact]
    public void A_queue_that_another_worker_emptied_is_done_when_it_is_seen_empty_twice_without_arrivals()
    {
        var drain = new Drain(["usage-events"]);
        drain.Expect("usage-events", 10);
        drain.Stored("usage-events", 2);
        drain.Look("usage-events", 0);
        drain.Stored("usage-events", 2);
        drain.Look("usage-events", 0);
        Assert.False(drain.IsDone);
        drain.Look("usage-events", 0);
        Assert.True(drain.IsDone);
    }

    /// <summary>
    /// A message that could not be stored goes back and comes again. That the queue was seen empty before and after does not mean that another worker
    /// emptied it.
    /// </summary>
    [Fact]
    public void A_message_in_hand_that_goes_back_and_comes_again_between_two_looks_is_not_taken_for_another_workers()
    {
        var drain = new Drain(["usage-events"]);
        drain.Expect("usage-events", 1);
        for (var i = 0; i < 3; i++)
        {
            var number = drain.Enter();
            drain.Look("usage-events", 0);
            Assert.False(drain.IsDone);
            drain.Leave(number);
        }

        drain.Enter();
        drain.Stored("usage-events", 1);
        Assert.True(drain.IsDone);
    }

    [Fact]
    public async Task A_message_that_another_worker_gave_back_is_known_as_such_until_it_is_stored()
    {
        await using var broker = await TestBroker.StartAsync();
        await BrokerTopology.DeclareInputAsync(broker.Connection, BrokerTopology.UsageEvents, Cancel);
        await broker.PublishAsync(
            BrokerTopology.UsageEvents,
            """{"id":"1","source":"s","account":"a","api":"x","region":"r","time":"2026-03-01T00:00:00Z","status":200}""");
        RabbitMQ.Client.BasicGetResult? taken = null;
        await UntilAsync(async () =>
            (taken = await broker.Channel.BasicGetAsync(BrokerTopology.UsageEvents, autoAck: false, Cancel)) is not null, "it is there");
        await broker.Channel.BasicNackAsync(taken!.DeliveryTag, multiple: false, requeue: true, Cancel);

        var failing = true;
        await using var worker = await StartAsync(
            broker.Settings, _ =>
                Volatile.Read(ref failing) ? new TimeoutException() : null, [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(50), 10_000)]);
        await UntilAsync(() => worker.Drain.HandlesRedelivered, "it has come again");
        Volatile.Write(ref failing, false);
        await UntilAsync(() => worker.Events.Count == 1 && !worker.Drain.HandlesRedelivered, "it is stored");

        await broker.PublishAsync(
            BrokerTopology.UsageEvents,
            """{"id":"2","source":"s","account":"a","api":"x","region":"r","time":"2026-03-01T00:00:00Z","status":200}""");
        Volatile.Write(ref failing, true);
        await UntilAsync(() => worker.Tries.Count > 2 && worker.Events.Count == 1, "a new one is being stored");
        Assert.False(worker.Drain.HandlesRedelivered);
        Volatile.Write(ref failing, false);
        await UntilAsync(() => worker.Events.Count == 2, "it is stored, too");
    }

    [Fact]
    public void What_this_worker_has_in_hand_is_not_taken_for_another_worker_s()
    {
        var drain = new Drain(["billing-commands"]);
        drain.Expect("billing-commands", 2);
        var mine = drain.Enter();
        for (var look = 0; look < 3; look++)
            drain.Look("billing-commands", 0);
        Assert.Equal(2, drain.Left);
        drain.Stored("billing-commands", 1);
        drain.Leave(mine);
        drain.Look("billing-commands", 0);
        Assert.False(drain.IsDone);
        drain.Look("billing-commands", 0);
        Assert.True(drain.IsDone);
    }

    [Fact]
    public async Task What_has_come_in_is_waited_for_and_what_comes_after_is_not()
    {
        var cancel = TestContext.Current.CancellationToken;
        var drain = Drain.Nothing();
        var first = drain.Enter();
        var handled = drain.HandledAsync(TimeSpan.FromMinutes(1), TimeProvider.System, cancel);
        drain.Enter();
        Assert.False(handled.IsCompleted);
        drain.Leave(first);
        Assert.True(await handled);
        Assert.False(await drain.HandledAsync(TimeSpan.Zero, TimeProvider.System, cancel));
    }

    [Fact]
    public async Task The_wait_ends_after_the_timeout_and_says_so()
    {
        var time = new FakeTimeProvider();
        var wait = Drain.OfInputs().WaitAsync(TimeSpan.FromMinutes(15), time, Cancel);
        time.Advance(TimeSpan.FromMinutes(14));
        Assert.False(wait.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await wait);
    }

    [Fact]
    public async Task What_waited_in_the_broker_is_stored_before_the_drain_is_done()
    {
        await using var broker = await TestBroker.StartAsync();
        await using (await StartAsync(broker.Settings))
        {
        }

        for (var i = 0; i < 300; i++)
            await broker.PublishAsync("usage-events", UsageOverRabbitMqTests.Event("e" + i));
        await broker.PublishAsync("usage-events", "unreadable");
        await broker.PublishAsync("billing-commands", "{}");
        var before = await QueueDepth.ReadAsync(broker.Settings, Cancel);
        Assert.Equal([new QueueDepth("usage-events", 301, 0), new QueueDepth("billing-commands", 1, 0)], before);

        using var gate = new ManualResetEventSlim();
        await using var worker = await StartAsync(broker.Settings, _ => gate.Wait(TimeSpan.FromSeconds(20), Cancel) ? null : new TimeoutException());
        Assert.Equal(302, worker.Drain.Left);
        Assert.False(await worker.Drain.WaitAsync(TimeSpan.FromMilliseconds(300), TimeProvider.System, Cancel));
        gate.Set();
        Assert.True(await QueueDepth.DrainAsync(broker.Settings, worker.Drain, TimeSpan.FromSeconds(20), TimeProvider.System, Cancel));
        Assert.Equal((300, 1), (worker.Events.Count, worker.Commands.Count));
    }
}
