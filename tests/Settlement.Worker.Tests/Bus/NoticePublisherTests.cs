using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Settlement.Engine.Notices;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Bus;

public class NoticePublisherTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static OutgoingNotice[] Notices(int count) =>
        [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))
            .Select(i => new OutgoingNotice("n-" + i, "hour-settled", Encoding.UTF8.GetBytes($"{{\"i\":{i}}}")))];

    [Fact]
    public async Task Notices_leave_in_order_untouched_and_confirmed()
    {
        await using var broker = await TestBroker.StartAsync();
        await BrokerTopology.DeclareNoticesAsync(broker.Channel, Cancel);
        await broker.Channel.QueueDeclareAsync("listener", durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancel);
        await broker.Channel.QueueBindAsync("listener", "billing-notices", "hour-settled", cancellationToken: Cancel);
        await using var publisher = new NoticePublisher(broker.Settings);
        var notices = Notices(2000);
        await AllTakenAsync(publisher, notices);
        await AllTakenAsync(publisher, [new OutgoingNotice("other", "balance-low", [])]);
        await AllTakenAsync(publisher, []);

        Assert.Equal(2000u, await broker.DepthAsync("listener"));
        foreach (var notice in notices)
        {
            var got = (await broker.Channel.BasicGetAsync("listener", autoAck: true, Cancel))!;
            Assert.Equal((notice.Id, "hour-settled"), (got.BasicProperties.MessageId, got.RoutingKey));
            Assert.Equal(notice.Body, got.Body.ToArray());
            Assert.Equal(("application/cloudevents+json", true), (got.BasicProperties.ContentType, got.BasicProperties.Persistent));
        }
    }

    [Fact]
    public async Task What_is_not_confirmed_is_said_and_the_next_call_connects_anew()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var publisher = new NoticePublisher(broker.Settings);
        Assert.Equal(1, (await publisher.PublishAsync(Notices(1), Cancel)).Confirmed);
        // The exchange no longer exists: the broker closes the channel instead of confirming.
        await broker.Channel.ExchangeDeleteAsync("billing-notices", cancellationToken: Cancel);
        var lost = await publisher.PublishAsync(Notices(3), Cancel);
        Assert.Equal(0, lost.Confirmed);
        Assert.NotNull(lost.Failure);
        await AllTakenAsync(publisher, Notices(3));
    }

    [Fact]
    public async Task Without_a_broker_it_says_that_it_cannot_be_reached()
    {
        await using var publisher = new NoticePublisher(new RabbitMqSettings("127.0.0.1", 1));
        await Assert.ThrowsAsync<BrokerUnreachableException>(() => publisher.PublishAsync(Notices(1), Cancel));
    }

    private static async Task AllTakenAsync(NoticePublisher publisher, OutgoingNotice[] notices)
    {
        var outcome = await publisher.PublishAsync(notices, Cancel);
        Assert.Null(outcome.Failure);
        Assert.Equal((notices.Length, notices.Length), (outcome.Each.Count, outcome.Confirmed));
    }
}
