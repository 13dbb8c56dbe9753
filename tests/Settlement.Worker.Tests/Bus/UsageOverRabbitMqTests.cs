using System.Text;
using Xunit;
using static Settlement.Worker.Tests.Bus.TestWorker;

namespace Settlement.Worker.Tests.Bus;

public class UsageOverRabbitMqTests
{
    private const string Unreadable = "{\"id\":\"ü\" oh no";

    internal static string Event(string id) =>
        $$"""{"id":"{{id}}","source":"gw","account":"a1","api":"passport","region":"cn-north-4","time":"2023-04-18T15:30:00Z","status":200}""";

    private static string CloudEvent(string id) =>
        $$$"""{"specversion":"1.0","type":"ocr.api.call","id":"{{{id}}}","source":"gw","subject":"a1","time":"2023-04-18T07:30:00Z","data":{"api":"passport","region":"r","status":200}}""";

    private static InvalidOperationException DatabaseDown => new("The database is down.");

    [Fact]
    public async Task Every_kind_of_body_is_stored_and_acknowledged()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = await StartAsync(broker.Settings);
        await broker.PublishAsync("usage-events", Event("1"));
        await broker.PublishAsync("usage-events", Event("2"), "application/json; charset=utf-8");
        await broker.PublishAsync("usage-events", $"{{\"events\":[{Event("3")},{Event("4")}]}}", "application/json");
        await broker.PublishAsync("usage-events", CloudEvent("5"), "application/cloudevents+json");
        await broker.PublishAsync("usage-events", $"[{CloudEvent("6")},{CloudEvent("7")}]", "application/cloudevents-batch+json; charset=utf-8");
        await broker.PublishAsync("usage-events", Event("8"), ";;; nonsense");
        await broker.PublishAsync("usage-events", "[]", "application/json");
        await broker.PublishAsync("usage-events", Event("9").Replace("200", "999", StringComparison.Ordinal), "application/vnd.masstransit+json");
        await UntilAsync(() => worker.Events.Count == 9, "all events are stored");
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7", "8", "status"], worker.Ids);
        await worker.StopAsync();
        Assert.Equal((0u, 0u), (await broker.DepthAsync("usage-events"), await broker.ErrorsAsync()));
    }

    [Fact]
    public async Task Many_small_messages_are_committed_together_and_in_the_order_of_delivery()
    {
        await using var broker = await TestBroker.StartAsync();
        await using (await StartAsync(broker.Settings))
        {
        }

        var ids = Enumerable.Range(0, 1000).Select(i => i.ToString("D4", System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        foreach (var id in ids)
            await broker.PublishAsync("usage-events", Event(id));
        await using var worker = await StartAsync(broker.Settings);
        await UntilAsync(() => worker.Events.Count >= ids.Length, "all events are stored");
        Assert.Equal(ids, worker.Ids);
        Assert.True(worker.Tries.Count < 30, $"{worker.Tries.Count} commits");
    }

    [Fact]
    public async Task An_unreadable_body_ends_in_the_error_queue_untouched_and_its_neighbours_are_stored()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = await StartAsync(broker.Settings);
        await broker.PublishAsync("usage-events", Event("1"));
        await broker.PublishAsync("usage-events", Unreadable, "application/x; q=1", p =>
        {
            p.MessageId = "not a guid";
            p.Headers = new Dictionary<string, object?> { ["agent"] = "gw-7" };
        });
        await broker.PublishAsync("usage-events", Event("2"));
        await UntilAsync(async () => await broker.DepthAsync("usage-events_error") == 1, "the message is in the error queue");
        await UntilAsync(() => worker.Events.Count == 2, "the neighbours are stored");

        var error = (await broker.Channel.BasicGetAsync("usage-events_error", autoAck: true, TestContext.Current.CancellationToken))!;
        Assert.Equal(Encoding.UTF8.GetBytes(Unreadable), error.Body.ToArray());
        Assert.Equal(("application/x; q=1", "not a guid"), (error.BasicProperties.ContentType, error.BasicProperties.MessageId));
        Assert.True(error.BasicProperties.Persistent);
        string Header(string name) => Encoding.UTF8.GetString((byte[])error.BasicProperties.Headers![name]!);
        Assert.Equal("gw-7", Header("agent"));
        Assert.StartsWith("The body is not JSON: ", Header("MT-Fault-Message"), StringComparison.Ordinal);
        Assert.Equal(0u, await broker.DepthAsync("usage-events"));
    }

    [Fact]
    public async Task Two_messages_with_one_message_id_are_two_messages()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = await StartAsync(broker.Settings);
        var same = Guid.NewGuid().ToString();
        await broker.PublishAsync("usage-events", Event("1"), null, p => p.MessageId = same);
        await broker.PublishAsync("usage-events", Event("2"), null, p => p.MessageId = same);
        await UntilAsync(() => worker.Events.Count == 2, "both are stored");
    }

    [Fact]
    public async Task While_the_store_fails_the_batch_stays_together_unacknowledged_and_is_tried_again()
    {
        await using var broker = await TestBroker.StartAsync();
        var failing = true;
        await using var worker = await StartAsync(
            broker.Settings, _ => Volatile.Read(ref failing) ? DatabaseDown : null, [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(50), 10_000)]);
        await broker.PublishAsync("usage-events", Event("1"));
        await broker.PublishAsync("usage-events", Unreadable);
        await broker.PublishAsync("usage-events", Event("2"));
        await UntilAsync(() => worker.Tries.Count >= 4, "four tries are made");
        Assert.InRange(worker.Tries.Count, 4, 8);
        // The broker refreshes these numbers every few seconds.
        await UntilAsync(async () =>
            (await broker.ListAsync("list_queues", "name", "messages_unacknowledged"))
            .Contains("usage-events\t2", StringComparer.Ordinal), "both are unacknowledged");
        Volatile.Write(ref failing, value: false);
        await UntilAsync(() => worker.Events.Count >= 2, "both are stored");
        await worker.StopAsync();
        Assert.Equal(["1", "2"], worker.Ids);
        Assert.Equal((0u, 1u), (await broker.DepthAsync("usage-events"), await broker.ErrorsAsync()));
    }

    [Fact]
    public async Task After_the_last_retry_messages_go_back_to_the_queue_and_never_to_the_error_queue()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = await StartAsync(broker.Settings, n =>
            n <= 7 ? DatabaseDown : null, [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(20), 2)]);
        for (var i = 0; i < 50; i++)
            await broker.PublishAsync("usage-events", Event("e" + i));
        await UntilAsync(() => worker.Events.Count >= 50, "all are stored");
        await worker.StopAsync();
        Assert.Equal(50, worker.Ids.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(50, worker.Events.Count);
        Assert.Equal((0u, 0u), (await broker.DepthAsync("usage-events"), await broker.ErrorsAsync()));
    }

    [Fact]
    public async Task A_worker_stopped_while_the_store_fails_leaves_the_messages_to_the_next()
    {
        await using var broker = await TestBroker.StartAsync();
        await using (var first = await StartAsync(broker.Settings, _ => DatabaseDown, [TimeSpan.FromMilliseconds(20), TimeSpan.FromHours(1)]))
        {
            for (var i = 0; i < 150; i++)
                await broker.PublishAsync("usage-events", Event("e" + i));
            await UntilAsync(() => first.Tries.Count >= 2, "the first has tried twice");
            var since = TimeProvider.System.GetTimestamp();
            await first.StopAsync();
            Assert.InRange(TimeProvider.System.GetElapsedTime(since).TotalSeconds, 0, 9);
        }

        // It takes the broker a moment to put back what a closed connection held.
        await UntilAsync(async () => await broker.DepthAsync("usage-events") == 150, "all wait in the queue again");
        Assert.Equal(0u, await broker.ErrorsAsync());
        await using var second = await StartAsync(broker.Settings);
        await UntilAsync(() => second.Events.Count >= 150, "the second has stored them");
        Assert.Equal(150, second.Ids.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_lost_connection_loses_no_message()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = await StartAsync(broker.Settings, _ =>
        {
            Thread.Sleep(5);
            return null;
        });
        for (var i = 0; i < 500; i++)
            await broker.PublishAsync("usage-events", Event("e" + i));
        var mine = broker.Connection.ClientProvidedName;
        foreach (var line in (await TestBroker.ControlAsync("list_connections", "pid", "vhost", "client_properties")).Split('\n'))
        {
            if (line.Contains(broker.Settings.VirtualHost, StringComparison.Ordinal) && !line.Contains(mine!, StringComparison.Ordinal))
                await TestBroker.ControlAsync("close_connection", line.Split('\t')[0], "test");
        }

        await UntilAsync(() => worker.Ids.Distinct(StringComparer.Ordinal).Count() == 500, "all are stored");
        await UntilAsync(async () => await broker.DepthAsync("usage-events") == 0, "the queue is empty");
        Assert.Equal(0u, await broker.ErrorsAsync());
    }
}
