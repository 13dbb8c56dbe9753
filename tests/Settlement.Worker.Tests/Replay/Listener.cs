using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Settlement.Storage.Notices;
using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>A listener of billing-notices that does what INTERFACE 3 says: it drops what it has already seen.</summary>
internal sealed class Listener
{
    private const string Queue = "listener";
    private readonly ConcurrentQueue<Heard> deliveries = [];

    public int Deliveries => deliveries.Count;

    /// <summary>No id came with two different notices.</summary>
    public bool EachIdIsOneNotice => deliveries.Distinct().Count() == Different;

    public int Different => deliveries.Select(d => d.Id).Distinct(StringComparer.Ordinal).Count();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Listener> StartAsync(TestBroker broker)
    {
        await BrokerTopology.DeclareNoticesAsync(broker.Channel, Cancel);
        await broker.Channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancel);
        await broker.Channel.QueueBindAsync(Queue, BrokerTopology.BillingNotices, "#", cancellationToken: Cancel);
        var listener = new Listener();
        var consumer = new AsyncEventingBasicConsumer(broker.Channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            listener.deliveries.Enqueue(Heard.Of(delivery));
            return Task.CompletedTask;
        };
        await broker.Channel.BasicConsumeAsync(Queue, autoAck: true, consumer, Cancel);
        return listener;
    }

    /// <summary>
    /// Every notice of the store arrived, the first deliveries of an account came in order, and dropping repeated ids is enough to see each notice
    /// only once.
    /// </summary>
    public void HeardAll(ILookup<string, NoticeLine> notices)
    {
        var first = deliveries.DistinctBy(d => d.Id, StringComparer.Ordinal).ToLookup(d => d.Account, StringComparer.Ordinal);
        Assert.Equal(notices.Select(n => n.Key).Order(StringComparer.Ordinal), first.Select(f => f.Key).Order(StringComparer.Ordinal));
        foreach (var account in notices)
        {
            var expected = account.OrderBy(n => n.Sequence).Select(n => new Heard(account.Key, n.NoticeId, n.Name, n.Sequence)).ToList();
            Assert.Equal(expected, first[account.Key]);
        }
    }

    private sealed record Heard(string Account, string Id, string Name, long Sequence)
    {
        public static Heard Of(BasicDeliverEventArgs delivery)
        {
            using var json = JsonDocument.Parse(delivery.Body);
            var root = json.RootElement;
            var name = root.GetProperty("type").GetString()!["settlement.".Length..];
            Assert.Equal(("1.0", delivery.RoutingKey), (root.GetProperty("specversion").GetString(), name));
            var account = root.TryGetProperty("subject", out var subject) ? subject.GetString() : null;
            return new Heard(account ?? "", root.GetProperty("id").GetString()!, name, root.GetProperty("sequence").GetInt64());
        }
    }
}
