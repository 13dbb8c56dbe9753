using System.Globalization;
using System.Text;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Xunit;
using static Settlement.Worker.Tests.Bus.TestWorker;

namespace Settlement.Worker.Tests.Bus;

public class LargeMessageTests
{
    private const int MB = 1024 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Id(int number) => number.ToString("D5", CultureInfo.InvariantCulture);

    /// <summary>An event with an unknown field that makes it as large as required.</summary>
    private static string Padded(string id, int bytes) =>
        UsageOverRabbitMqTests.Event(id).Replace("{", $$"""{"trace":"{{new string('t', bytes)}}",""", StringComparison.Ordinal);

    [Fact]
    public async Task Large_messages_behind_many_small_ones_go_back_until_there_is_room_and_all_are_stored()
    {
        await using var broker = await TestBroker.StartAsync();
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(broker.Connection, queue, Cancel);
        var ids = Enumerable.Range(0, 1_070).Select(Id).ToArray();
        foreach (var (i, id) in ids.Index())
            await broker.PublishAsync("usage-events", i is >= 500 and < 570 ? Padded(id, 2 * MB) : UsageOverRabbitMqTests.Event(id));
        await using var worker = await StartAsync(broker.Settings);

        await UntilAsync(() => worker.Events.Count >= ids.Length, "all events are stored");
        await UntilAsync(() => worker.Drain.IsDone, "the drain is done");
        await UntilAsync(async () => await broker.DepthAsync("usage-events") == 0, "the queue is empty");
        Assert.Equal(ids, worker.Ids.Order(StringComparer.Ordinal));
        await worker.StopAsync();
        Assert.Equal((0u, 0u), (await broker.DepthAsync("usage-events"), await broker.ErrorsAsync()));
    }

    [Fact]
    public async Task A_message_of_very_many_events_is_stored_in_several_transactions_and_acknowledged_once()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = await StartAsync(
            broker.Settings, n =>
                n == 2 ? new InvalidOperationException("The database is down.") : null, intake: IntakeSettings.Default with { EventLimit = 12_000 });
        var ids = Enumerable.Range(0, 25_000).Select(Id).ToArray();
        var events = string.Join(",",
            ids.Select(id => $$"""{"id":"{{id}}","source":"g","account":"a","api":"p","region":"r","time":"2023-04-18T15:30:00Z","status":200}"""));
        await broker.PublishAsync("usage-events", $$"""{"events":[{{events}}]}""");

        // The second transaction failed, so the whole message is tried again.
        await UntilAsync(() => worker.Events.Count >= ids.Length + 11_000, "all events are stored");
        Assert.All(worker.Tries, n => Assert.InRange(n, 1, 12_000));
        Assert.Equal(ids, worker.Ids.Skip(11_000));
        await worker.StopAsync();
        Assert.Equal((0u, 0u), (await broker.DepthAsync("usage-events"), await broker.ErrorsAsync()));
    }

    [Theory]
    [InlineData("usage-events", 70_000)]
    [InlineData("usage-events", 17 * MB)]
    [InlineData("billing-commands", 70_000)]
    [InlineData("billing-commands", 17 * MB)]
    public async Task A_body_above_the_limit_ends_in_the_error_queue_with_the_reason_and_its_neighbours_are_stored(string queue, int bytes)
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = await StartAsync(broker.Settings with { MaxBodyBytes = 65_536 });
        var large = Encoding.UTF8.GetBytes(Padded("large", bytes));
        await broker.PublishAsync(queue, UsageOverRabbitMqTests.Event("1"));
        await broker.PublishAsync(queue, large, "application/json", p => p.MessageId = "m");
        await broker.PublishAsync(queue, Padded("2", 60_000));

        await UntilAsync(() => worker.Events.Count + worker.Commands.Count == 2, "the neighbours are stored");
        await UntilAsync(async () => await broker.ErrorsAsync() == 1, "it is in the error queue");
        var error = Assert.Single(await new ErrorQueue(broker.Settings with { MaxBodyBytes = 65_536 }, queue).ListAsync(10, Cancel)
            .ToListAsync(Cancel));
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"The body has {large.Length:N0} bytes, more than RabbitMq:MaxBodyBytes allows (65,536)."),
            error.Reason);
        Assert.Equal(large, error.Body.ToArray());
        Assert.Equal("application/json", error.ContentType);
    }

    [Fact]
    public async Task A_body_above_the_limit_is_not_lost_where_the_queue_has_no_dead_letters()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.Channel.QueueDeclareAsync("usage-events", durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancel);
        await using var worker = await StartAsync(broker.Settings with { MaxBodyBytes = 65_536 });
        await broker.PublishAsync("usage-events", Padded("large", 17 * MB));
        await broker.PublishAsync("usage-events", UsageOverRabbitMqTests.Event("1"));

        await UntilAsync(async () => await broker.ErrorsAsync() == 1, "it is in the error queue");
        await UntilAsync(() => worker.Ids.SequenceEqual(["1"]), "the other is stored");
    }
}
