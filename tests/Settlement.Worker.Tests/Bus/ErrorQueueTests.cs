using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using RabbitMQ.Client;
using Settlement.Worker.Bus;
using Xunit;
using static Settlement.Worker.Tests.Bus.TestWorker;

namespace Settlement.Worker.Tests.Bus;

public class ErrorQueueTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string TextOf(ErrorMessage message) => Encoding.UTF8.GetString(message.Body.Span);

    private static async Task<string[]> FillAsync(TestBroker broker, int count)
    {
        await using var worker = await StartAsync(broker.Settings);
        var bodies = Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"bad {i:D3}")).ToArray();
        for (var i = 0; i < count; i++)
        {
            await broker.PublishAsync("usage-events", bodies[i], "text/x-agent", p =>
                p.Headers = new Dictionary<string, object?> { ["agent"] = "gw-7" });
            await UntilAsync(async () => await broker.ErrorsAsync() == i + 1, "it is in the error queue");
        }

        return bodies;
    }

    [Fact]
    public async Task Listing_takes_nothing_away_and_keeps_the_order_however_often()
    {
        await using var broker = await TestBroker.StartAsync();
        var bodies = await FillAsync(broker, 12);
        var errors = new ErrorQueue(broker.Settings, "usage-events");
        for (var i = 0; i < 5; i++)
        {
            var listed = await errors.ListAsync(i == 2 ? 5 : 100, Cancel).ToListAsync(Cancel);
            Assert.Equal(i == 2 ? bodies[..5] : bodies, listed.Select(TextOf));
            Assert.StartsWith("The body is not JSON: ", listed[0].Reason, StringComparison.Ordinal);
            Assert.Equal(("text/x-agent", "usage-events"), (listed[0].ContentType, listed[0].Queue));
            Assert.True(DateTimeOffset.UtcNow - listed[0].At < TimeSpan.FromMinutes(5));
        }

        await UntilAsync(async () => await broker.ErrorsAsync() == 12, "all are back in the queue");
    }

    [Fact]
    public async Task Replaying_sends_the_message_back_as_it_was_and_takes_it_from_the_error_queue()
    {
        await using var broker = await TestBroker.StartAsync();
        var bodies = await FillAsync(broker, 3);
        var errors = new ErrorQueue(broker.Settings, "usage-events");
        var second = (await errors.ListAsync(10, Cancel).ToListAsync(Cancel))[1];
        Assert.Equal(1, await errors.ReplayAsync([second.Id], Cancel));
        Assert.Equal([bodies[0], bodies[2]], (await errors.ListAsync(10, Cancel).ToListAsync(Cancel)).Select(TextOf));
        var back = (await broker.Channel.BasicGetAsync("usage-events", autoAck: true, Cancel))!;
        Assert.Equal(bodies[1], Encoding.UTF8.GetString(back.Body.Span));
        Assert.Equal("text/x-agent", back.BasicProperties.ContentType);
        // The broker counts deliveries, and the client numbers the messages that it wants confirmed.
        Assert.Equal(["agent"], back.BasicProperties.Headers!.Keys.Except(["x-delivery-count", "x-dotnet-pub-seq-no"], StringComparer.Ordinal));
        Assert.Equal(2, await errors.ReplayAsync(null, Cancel));
        await UntilAsync(async () => (await broker.DepthAsync("usage-events"), await broker.ErrorsAsync()) == (2u, 0u), "both are back");
    }

    [Fact]
    public async Task Discarding_takes_away_what_is_named_and_keeps_the_order_of_the_others()
    {
        await using var broker = await TestBroker.StartAsync();
        var bodies = await FillAsync(broker, 4);
        var errors = new ErrorQueue(broker.Settings, "usage-events");
        var listed = await errors.ListAsync(10, Cancel).ToListAsync(Cancel);
        Assert.Equal(2, await errors.DiscardAsync([listed[0].Id, listed[2].Id], Cancel));
        Assert.Equal([bodies[1], bodies[3]], (await errors.ListAsync(10, Cancel).ToListAsync(Cancel)).Select(TextOf));
        Assert.Equal(2, await errors.DiscardAsync(null, Cancel));
        await UntilAsync(async () => (await broker.DepthAsync("usage-events"), await broker.ErrorsAsync()) == (0u, 0u), "none is left");
    }

    [Fact]
    public async Task Of_a_long_queue_one_body_is_in_memory_at_a_time()
    {
        await using var broker = await TestBroker.StartAsync();
        await BrokerTopology.DeclareInputAsync(broker.Connection, "usage-events", Cancel);
        const int count = 20;
        for (var i = 0; i < count; i++)
            await broker.Channel.BasicPublishAsync("", "usage-events_error", mandatory: true, new BasicProperties { Persistent = true },
                new byte[1024 * 1024], Cancel);
        var bodies = new List<WeakReference>();
        await foreach (var message in new ErrorQueue(broker.Settings, "usage-events").ListAsync(count, Cancel))
        {
            bodies.Add(BodyOf(message));
            GC.Collect();
            Assert.InRange(bodies.Count(b => b.IsAlive), 0, 3);
        }

        Assert.Equal(count, bodies.Count);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference BodyOf(ErrorMessage message) => new(MemoryMarshal.TryGetArray(message.Body, out var array) ? array.Array : null);
    }

    [Fact]
    public async Task Replaying_what_still_cannot_be_read_ends()
    {
        await using var broker = await TestBroker.StartAsync();
        await FillAsync(broker, 3);
        await using var worker = await StartAsync(broker.Settings);
        Assert.Equal(3, await new ErrorQueue(broker.Settings, "usage-events").ReplayAsync(null, Cancel));
        await UntilAsync(async () => await broker.ErrorsAsync() == 3, "they are back");
    }

    [Fact]
    public async Task What_the_broker_gives_up_is_among_the_errors_and_can_be_replayed()
    {
        await using var broker = await TestBroker.StartAsync();
        await BrokerTopology.DeclareInputAsync(broker.Connection, "usage-events", Cancel);
        await broker.PublishAsync("usage-events", UsageOverRabbitMqTests.Event("1"));
        var given = (await broker.Channel.BasicGetAsync("usage-events", autoAck: false, Cancel))!;
        await broker.Channel.BasicNackAsync(given.DeliveryTag, multiple: false, requeue: false, Cancel);
        await UntilAsync(async () => await broker.ErrorsAsync() == 1, "it is in the error queue");
        var errors = new ErrorQueue(broker.Settings, "usage-events");
        Assert.Equal("rejected", Assert.Single(await errors.ListAsync(10, Cancel).ToListAsync(Cancel)).Reason);
        Assert.Equal(1, await errors.ReplayAsync(null, Cancel));
        await using var worker = await StartAsync(broker.Settings);
        await UntilAsync(() => worker.Ids.SequenceEqual(["1"]), "it is stored");
    }

    [Fact]
    public async Task A_queue_that_is_not_there_has_no_errors()
    {
        await using var broker = await TestBroker.StartAsync();
        var errors = new ErrorQueue(broker.Settings, "usage-events");
        Assert.Empty(await errors.ListAsync(10, Cancel).ToListAsync(Cancel));
        Assert.Equal(0, await errors.ReplayAsync(null, Cancel));
    }
}
