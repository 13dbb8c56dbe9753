// A listener whose queue is full makes the broker refuse a notice (`reject-publish`), though other listeners already have their copy.

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

public sealed class RefusedNoticesTests : IDisposable
{
    private const int Room = 2;
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider time = new(Start);
    private readonly ReplayStore store = ReplayStore.Create(
        """{"currency":"CNY","apis":["a"],"regions":["r"],"prices":[],"offers":[]}""", Instant.OfUs(Start));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task A_full_listener_costs_a_healthy_one_few_repeats_and_a_neighbour_nothing()
    {
        await using var broker = await TestBroker.StartAsync();
        await BrokerTopology.DeclareNoticesAsync(broker.Channel, Cancel);
        // Only applied commands go to the full listener; the neighbour's commands are all refused.
        await ListenAsync(broker, "full", "command-applied", new() { ["x-max-length"] = Room, ["x-overflow"] = "reject-publish" });
        await ListenAsync(broker, "healthy", "#", null);
        Tell("neighbour", 20, "subscribe", ""","api":"unknown","region":"r" """);
        Tell("acme", 30, "top-up", ""","amount":"1" """);

        await using var publisher = new NoticePublisher(broker.Settings);
        await store.WorkAsync(Instant.OfUs(Start), time, async core =>
        {
            var refused = new RefusedAccounts(() => 0);
            var relay = new Relay(core.Store, core.Clock, publisher.PublishAsync, refused);
            await RunAsync(relay, TimeSpan.FromSeconds(30));
            // 52 notices, and the refused one 5 more times: at 1, 3, 7, 15 and (at half the bound) 30 seconds at most.
            var got = await GotAsync(broker, "healthy");
            Assert.InRange(got.Count, 52, 52 + 5);
            Assert.Equal(52, got.Distinct().Count());
            Assert.Equal(0, store.Count("SELECT COUNT(*) FROM Notice AS n JOIN Account AS a ON a.AccountNo = n.AccountNo WHERE a.AccountId = 'neighbour' AND n.Name = 'command-refused' AND n.Published = 0"));

            // The listener comes back and keeps reading: everything goes on, in order, to the last notice.
            var read = new List<(string Account, long Sequence)>();
            for (var i = 0; i < 200 && store.Count("SELECT COUNT(*) FROM Notice WHERE Published = 0") > 0; i++)
            {
                read.AddRange(await GotAsync(broker, "full"));
                await RunAsync(relay, TimeSpan.FromSeconds(1));
            }

            read.AddRange(await GotAsync(broker, "full"));
            Assert.Equal(0, store.Count("SELECT COUNT(*) FROM Notice WHERE Published = 0"));
            // 20 refusals went only to the healthy listener. The full one gets the neighbour's opening, and acme's opening and 30 top-ups, 1 to 31
            // without a gap.
            Assert.Equal([1], Sequences(read, "neighbour"));
            Assert.Equal(Enumerable.Range(1, 31).Select(n => (long)n), Sequences(read, "acme"));
            Assert.Equal(Enumerable.Range(1, 31).Select(n => (long)n), Sequences([.. got, .. await GotAsync(broker, "healthy")], "acme"));
            Assert.Equal(0, refused.Count);
        });
    }

    /// <summary>An account's notices in the order in which they first came.</summary>
    private static IEnumerable<long> Sequences(List<(string Account, long Sequence)> got, string account) =>
        got.Where(n => n.Account == account).Select(n => n.Sequence).Distinct();

    private static async Task ListenAsync(TestBroker broker, string queue, string key, Dictionary<string, object?>? arguments)
    {
        await broker.Channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: Cancel);
        await broker.Channel.QueueBindAsync(queue, "billing-notices", key, cancellationToken: Cancel);
    }

    private static async Task<List<(string Account, long Sequence)>> GotAsync(TestBroker broker, string queue)
    {
        var got = new List<(string, long)>();
        while (await broker.Channel.BasicGetAsync(queue, autoAck: true, Cancel) is { } message)
        {
            using var notice = JsonDocument.Parse(message.Body);
            got.Add((notice.RootElement.GetProperty("subject").GetString()!, notice.RootElement.GetProperty("sequence").GetInt64()));
        }

        return got;
    }

    /// <summary>Runs rounds as the relay's service does, on a clock that jumps where the service would wait.</summary>
    private async Task RunAsync(Relay relay, TimeSpan span)
    {
        for (var end = time.GetUtcNow() + span; time.GetUtcNow() < end;)
        {
            time.Advance((await relay.RoundAsync(null, Cancel)).Wait);
        }
    }

    private void Tell(string account, int count, string type, string fields) => store.Work(Instant.OfUs(Start), core =>
    {
        var ids = Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture));
        core.Commands.Receive(
            [
                $$"""{"id":"open-{{account}}","type":"open-account","account":"{{account}}"}""",
                .. ids.Select(i => $$"""{"id":"{{account}}-{{i}}","type":"{{type}}","account":"{{account}}"{{fields}}}"""),
            ],
            core.NowUs);
        core.Timeline.AdvanceTo(core.NowUs);
    });
}
