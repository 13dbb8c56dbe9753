using System.Globalization;
using System.Net;
using System.Text;
using RabbitMQ.Client;
using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>A backlog of large messages and a worker with little memory.</summary>
public sealed class BacklogTests : IDisposable
{
    private const int MB = 1024 * 1024;
    private const int DenseEvents = 10_000;

    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, ReplayStore.NowUs);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    /// <param name="hugeMB">Above 64 MB, the client's buffer takes half of the heap: the connection may end because of it, and the messages next to
    /// it may have to be tried again.</param>
    [Theory]
    [InlineData(17)]
    [InlineData(70)]
    public async Task Any_backlog_is_drained_under_a_heap_limit_of_256_MB_and_what_is_too_large_is_in_the_error_queue(int hugeMB)
    {
        await using var broker = await TestBroker.StartAsync();
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(broker.Connection, queue, Cancel);
        var events = 0;
        for (var i = 0; i < 60; i++)
        {
            // A third of them are dense; the others have few events and much that nobody reads.
            var count = i % 3 == 0 ? DenseEvents : 20;
            await broker.PublishAsync(BrokerTopology.UsageEvents, Body(i, count, 2_000_000));
            events += count;
            if (i == 20)
                await broker.PublishAsync(BrokerTopology.UsageEvents, new byte[5 * MB]);
            if (i == 30)
                await broker.PublishAsync(BrokerTopology.UsageEvents, new byte[hugeMB * MB]);
            if (i == 40)
                await broker.PublishAsync(BrokerTopology.UsageEvents, Junk(200_000));
        }

        var port = RunningWorkerTests.FreePort();
        await using var worker = WorkerProcess.Start(
            broker.Settings, store, "DOTNET_GCHeapHardLimit=0x10000000", string.Create(CultureInfo.InvariantCulture, $"Http__Port={port}"));

        await worker.UntilLoggedAsync("What waited in the broker is stored");
        await worker.UntilAsync(() => new Health(port).AnswersAsync("ready", HttpStatusCode.OK), "it is ready");
        Assert.Equal(events, store.Count("SELECT COUNT(*) FROM EventIdentity"));
        Assert.Equal(1, store.Count("SELECT COUNT(*) FROM Quarantine WHERE Reason = 'malformed'"));
        await worker.UntilAsync(async () => await broker.ErrorsAsync() == 2, "the two that are too large are in the error queue");
        if (hugeMB < 64)
        {
            Assert.DoesNotContain("OutOfMemory", worker.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("No messages can be taken in", worker.Log, StringComparison.Ordinal);
        }

        Assert.Equal(0, await worker.StopAsync());
        Assert.Equal(0u, await broker.DepthAsync(BrokerTopology.UsageEvents));
        var errors = await new ErrorQueue(broker.Settings, BrokerTopology.UsageEvents).ListAsync(10, Cancel).ToListAsync(Cancel);
        Assert.All(errors, e => Assert.Contains("more than RabbitMq:MaxBodyBytes allows", e.Reason, StringComparison.Ordinal));
        Assert.Equal([5 * MB, hugeMB * MB], errors.Select(e => e.Body.Length).Order());
    }

    private static byte[] Body(int message, int events, int bytes)
    {
        var at = DateTimeOffset.UtcNow;
        var padding = new string('t', Math.Max(0, (bytes / events) - 180));
        var text = new StringBuilder("{\"events\":[");
        for (var i = 0; i < events; i++)
        {
            var read = Refusals.Event(string.Create(CultureInfo.InvariantCulture, $"{message}-{i}"), at: at);
            text.Append(i == 0 ? "" : ",").Append(read).Insert(text.Length - 1, $",\"trace\":\"{padding}\"");
        }

        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    /// <summary>Two bytes for each event.</summary>
    private static byte[] Junk(int events) => Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat('1', events))}]");
}
