using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using RabbitMQ.Client;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Engine.Notices;
using Settlement.Worker.Bus;
using Settlement.Worker.Running;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Bus;

/// <summary>
/// An account with a low number that always has something to publish: the outbox is never empty, but nobody waits longer than one turn because of it.
/// </summary>
public sealed class RelayTurnsTests : IDisposable
{
    private const int MoreThanARound = 600;
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly ReplayStore store = ReplayStore.Create(
        """{"currency":"CNY","apis":["a"],"regions":["r"],"prices":[],"offers":[]}""", Instant.OfUs(Start));

    private int told;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task Accounts_with_low_numbers_are_not_preferred_while_the_outbox_never_empties()
    {
        await using var broker = await TestBroker.StartAsync();
        await BrokerTopology.DeclareNoticesAsync(broker.Channel, Cancel);
        await broker.Channel.QueueDeclareAsync("listener", durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancel);
        await broker.Channel.QueueBindAsync("listener", "billing-notices", "#", cancellationToken: Cancel);
        Tell("low", MoreThanARound);
        Tell("high", 3);

        await using var publisher = new NoticePublisher(broker.Settings);
        await store.WorkAsync(Instant.OfUs(Start), new FakeTimeProvider(Start), async core =>
        {
            var relay = new Relay(core.Store, core.Clock, publisher.PublishAsync, new RefusedAccounts(() => 0));
            for (var round = 0; round < 2; round++)
            {
                Assert.InRange((await relay.RoundAsync(null, Cancel)).Published, 1, 500);
                Tell("low", MoreThanARound);
            }
        });

        var got = new List<(string Account, long Sequence)>();
        while (await broker.Channel.BasicGetAsync("listener", autoAck: true, Cancel) is { } message)
        {
            using var notice = JsonDocument.Parse(message.Body);
            got.Add((notice.RootElement.GetProperty("subject").GetString()!, notice.RootElement.GetProperty("sequence").GetInt64()));
        }

        // The opening and three top-ups.
        Assert.Equal([1, 2, 3, 4], got.Where(n => n.Account == "high").Select(n => n.Sequence));
        Assert.Equal(Enumerable.Range(1, got.Count - 4).Select(n => (long)n), got.Where(n => n.Account == "low").Select(n => n.Sequence));
    }

    private void Tell(string account, int count) => store.Work(Instant.OfUs(Start), core =>
    {
        var ids = Enumerable.Range(0, count).Select(_ => (++told).ToString(CultureInfo.InvariantCulture));
        core.Commands.Receive(
            [
                $$"""{"id":"open-{{account}}-{{told}}","type":"open-account","account":"{{account}}"}""",
                .. ids.Select(i => $$"""{"id":"{{account}}-{{i}}","type":"top-up","account":"{{account}}","amount":"1"}"""),
            ],
            core.NowUs);
        core.Timeline.AdvanceTo(core.NowUs);
    });
}
