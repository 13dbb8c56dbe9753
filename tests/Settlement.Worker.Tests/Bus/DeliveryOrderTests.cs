using Settlement.Worker.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Bus;

/// <summary>2.4: what waits in the broker is stored in the order of delivery, however large the messages are and whatever is between them.</summary>
public sealed class DeliveryOrderTests
{
    private const int Messages = 1_200;

    /// <param name="large">
    /// Events of every fourth message. Messages of 3,000 are more than may be in hand: some are given back to the broker and come again in their
    /// place. The client reads deliveries in parallel if it is allowed to; a later one was then taken while those before it were given back.
    /// </param>
    [Theory]
    [InlineData(300)]
    [InlineData(3_000)]
    public async Task Events_are_stored_in_the_order_of_delivery(int large)
    {
        await using var broker = await TestBroker.StartAsync();
        await BrokerTopology.DeclareInputAsync(broker.Connection, BrokerTopology.UsageEvents, TestContext.Current.CancellationToken);
        var random = new Random(7);
        var sent = new List<string>();
        for (var i = 0; i < Messages; i++)
            await broker.PublishAsync(BrokerTopology.UsageEvents, Body(i, large, random, sent));

        await using var worker = await TestWorker.StartAsync(broker.Settings);
        await TestWorker.UntilAsync(() => worker.Events.Count == sent.Count, "all is stored");

        Assert.Equal(sent, worker.Ids);
        Assert.True(worker.Tries.Count >= Messages / 100);
    }

    /// <summary>One event, many events, or none that can be read.</summary>
    private static string Body(int message, int large, Random random, List<string> sent)
    {
        if (message % 97 == 13)
            return "no JSON";
        var ids = Enumerable.Range(0, random.Next(4) == 0 ? large : 1).Select(i => $"{message}-{i}").ToList();
        sent.AddRange(ids);
        var events = ids.Select(
            id => $$"""{"id":"{{id}}","source":"s","account":"a","api":"x","region":"r","time":"2026-03-01T00:00:00Z","status":200}""");
        return $"[{string.Join(',', events)}]";
    }
}
