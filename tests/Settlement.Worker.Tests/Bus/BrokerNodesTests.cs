using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client.Exceptions;
using Settlement.Engine.Notices;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Replay;
using Xunit;
using static Settlement.Worker.Tests.Bus.TestWorker;

namespace Settlement.Worker.Tests.Bus;

/// <summary>Several hosts in <c>RabbitMq:Host</c>.</summary>
public sealed class BrokerNodesTests : IDisposable
{
    /// <summary>Takes connections and never says a word, like a broker that hangs.</summary>
    private readonly TcpListener silent = new(IPAddress.Loopback, 0);

    public BrokerNodesTests() => silent.Start();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => silent.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task If_the_first_does_not_answer_everything_goes_by_the_second(bool isSilent)
    {
        await using var broker = await TestBroker.StartAsync();
        var settings = Behind(isSilent ? Node(silent) : "127.0.0.1:1", broker.Settings);
        await using var worker = await StartAsync(settings);
        await broker.PublishAsync(BrokerTopology.UsageEvents, UsageOverRabbitMqTests.Event("1"));
        await broker.PublishAsync(BrokerTopology.UsageEvents, "unreadable");
        await UntilAsync(() => worker.Ids.SequenceEqual(["1"]), "it is stored");
        await UntilAsync(async () => await broker.ErrorsAsync() == 1, "it is in the error queue");
        await using var publisher = new NoticePublisher(settings);
        Assert.Equal(1, (await publisher.PublishAsync([new OutgoingNotice("n1", "hour-settled", [])], Cancel)).Confirmed);
        Assert.Single(await new ErrorQueue(settings, BrokerTopology.UsageEvents).ListAsync(10, Cancel).ToListAsync(Cancel));
        Assert.Equal([0u, 0u], (await QueueDepth.ReadAsync(settings, Cancel)).Select(q => q.Waiting!.Value));
    }

    [Fact]
    public async Task They_are_tried_in_the_order_in_which_they_are_given()
    {
        await using var broker = await TestBroker.StartAsync();
        var settings = Behind(string.Create(CultureInfo.InvariantCulture, $"localhost:{broker.Settings.Port}"), broker.Settings);
        for (var i = 0; i < 10; i++)
        {
            await using var connection = await BrokerConnection.OpenAsync(settings, "test", Cancel);
            Assert.Equal("localhost", connection.Endpoint.HostName);
        }
    }

    [Fact]
    public async Task If_the_one_in_use_goes_away_intake_goes_on_with_the_next_one()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var proxy = new Proxy(broker.Settings.Host!, broker.Settings.Port);
        proxy.Open();
        await using var worker = await StartAsync(Behind(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{proxy.Port}"), broker.Settings));
        await broker.PublishAsync(BrokerTopology.UsageEvents, UsageOverRabbitMqTests.Event("1"));
        await UntilAsync(() => worker.Ids.Contains("1", StringComparer.Ordinal), "the first is stored");
        await proxy.CloseAsync();
        await broker.PublishAsync(BrokerTopology.UsageEvents, UsageOverRabbitMqTests.Event("2"));
        await UntilAsync(() => worker.Ids.Contains("2", StringComparer.Ordinal), "the second is stored");
    }

    [Fact]
    public async Task If_none_answers_the_cause_names_each()
    {
        var settings = new RabbitMqSettings($"127.0.0.1:1,{Node(silent)}");
        var failed = await Assert.ThrowsAsync<BrokerUnreachableException>(() => BrokerConnection.OpenAsync(settings, "test", Cancel));
        Assert.Equal($"127.0.0.1:1: Connection refused; {Node(silent)}: no answer in time", BrokerConnection.CauseOf(failed));
    }

    private static RabbitMqSettings Behind(string first, RabbitMqSettings broker) =>
        broker with { Host = string.Create(CultureInfo.InvariantCulture, $"{first},{broker.Host}:{broker.Port}"), Port = 2 };

    private static string Node(TcpListener listener) =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
}
