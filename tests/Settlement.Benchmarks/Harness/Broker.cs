using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using Settlement.Domain.Time;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;

namespace Settlement.Benchmarks.Harness;

/// <summary>The broker named by <c>SETTLEMENT_TEST_RABBITMQ</c>, and the worker's own queue in it, filled with new events.</summary>
internal sealed class Broker : IAsyncDisposable
{
    public const int Accounts = 1_000;

    private const int UnderWay = 500;
    private readonly Random random = new(1);

    private Broker(RabbitMqSettings settings, IConnection connection)
    {
        Settings = settings;
        Connection = connection;
    }

    public RabbitMqSettings Settings { get; }

    public IConnection Connection { get; }

    public static async Task<Broker> OpenAsync()
    {
        var uri = new Uri(Environment.GetEnvironmentVariable("SETTLEMENT_TEST_RABBITMQ")
            ?? throw new InvalidOperationException("Set SETTLEMENT_TEST_RABBITMQ: tests/broker.sh start DIR starts a node and prints it."));
        var user = uri.UserInfo.Split(':');
        var settings = new RabbitMqSettings(uri.Host, uri.Port, "/", user[0], user[1]);
        var connection = await BrokerConnection.OpenAsync(settings, "benchmark", CancellationToken.None);
        var broker = new Broker(settings, connection);
        await BrokerTopology.DeclareInputAsync(connection, BrokerTopology.UsageEvents, CancellationToken.None);
        return broker;
    }

    /// <summary>Empties the queue and fills it with events from the last hour whose ids have never been seen.</summary>
    public async Task FillAsync(int messages, int eventsAMessage)
    {
        await using var channel = await Connection.CreateChannelAsync(
            new CreateChannelOptions(true, true, outstandingPublisherConfirmationsRateLimiter: null));
        await channel.QueuePurgeAsync(BrokerTopology.UsageEvents);
        for (var sent = 0; sent < messages; sent += UnderWay)
        {
            await Task.WhenAll(Enumerable.Range(0, Math.Min(UnderWay, messages - sent)).Select(_ => channel.BasicPublishAsync(
                BrokerTopology.UsageEvents, "", mandatory: true, new BasicProperties { Persistent = true, ContentType = "application/json" },
                Body(eventsAMessage)).AsTask()));
        }
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private byte[] Body(int events)
    {
        var body = new StringBuilder();
        body.Append(events == 1 ? "" : "{\"events\":[");
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < events; i++)
        {
            var time = now - TimeSpan.FromMilliseconds(random.Next(3_600_000));
            body.Append(i == 0 ? "" : ",").Append(
                CultureInfo.InvariantCulture,
                $$"""{"id":"{{Guid.NewGuid()}}","source":"gw-1","account":"a{{random.Next(Accounts)}}","api":"{{World.Apis[random.Next(3)]}}","region":"{{World.Region}}","time":"{{time:yyyy-MM-ddTHH:mm:ss.ffffffZ}}","status":200,"count":1}""");
        }

        return Encoding.UTF8.GetBytes(body.Append(events == 1 ? "" : "]}").ToString());
    }

    /// <summary>A store in which the accounts of the events are open.</summary>
    public static string Template(Scratch scratch)
    {
        var file = scratch.New("accounts");
        using var world = World.Create(file, Instant.OfUs(DateTimeOffset.UtcNow));
        world.OpenAccounts(Accounts);
        world.Compact();
        return file;
    }
}
