// A message goes in and a code comes out; nothing else changes, and the neighbours are settled.
using System.Globalization;
using System.Text;
using Settlement.Domain.Time;
using Settlement.Worker.Bus;
using Settlement.Worker.Ingest;
using Settlement.Worker.Tests.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

public sealed class RefusalsOverTheBrokerTests : IDisposable
{
    private const string Accounts = """
        [{"id":"1","type":"open-account","account":"a"},{"id":"2","type":"top-up","account":"a","amount":"9"},
         {"id":"3","type":"buy-package","account":"a","offer":"some","package":"p"},
         {"id":"4","type":"open-account","account":"b"},{"id":"5","type":"adjust-balance","account":"b","amount":"-1","reason":"test","by":"test"}]
        """;

    private static readonly long LongAgoUs = ReplayStore.NowUs - (3 * Instant.PerHourUs);
    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, LongAgoUs);

    public RefusalsOverTheBrokerTests() => store.Work(LongAgoUs, core =>
    {
        core.Commands.Receive(CommandReader.Read(Encoding.UTF8.GetBytes(Accounts)), core.NowUs);
        core.Timeline.AdvanceTo(core.NowUs);
    });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task A_bad_event_is_held_with_its_reason_and_its_neighbours_in_the_message_are_settled()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = WorkerProcess.Start(broker.Settings, store, "Billing__CloseDelay=1.00:00:00");
        await worker.UntilLoggedAsync("What waited in the broker is stored");
        await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("neighbour"));
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Usage") == 1, "the first is stored");
        var before = store.Telling();
        var refused = Refusals.OfEvents(DateTimeOffset.UtcNow);
        foreach (var (reason, bad) in refused)
            await broker.PublishAsync(
                BrokerTopology.UsageEvents, $"{{\"events\":[{Refusals.Event(reason + "-1")},{bad},{Refusals.Event(reason + "-2")}]}}");
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Usage") == 1 + (2 * refused.Count), "the neighbours are stored");
        Assert.Equal(0, await worker.StopAsync());

        var after = store.Telling();
        Assert.Equal(refused.Select(r => r.Reason).Order(StringComparer.Ordinal), after.Held.Select(h => h.Reason).Order(StringComparer.Ordinal));
        Assert.Equal(before.Rows.Count, after.Rows.Count);
        Assert.Equal(
            before.Accounts.Select(a => (a.AccountId, a.BalanceE8, a.State)), after.Accounts.Select(a => (a.AccountId, a.BalanceE8, a.State)));
        Assert.Equal(before.Lots, after.Lots);
        store.Work(ReplayStore.NowUs + (3 * Instant.PerHourUs), core => core.Timeline.AdvanceTo(core.NowUs));
        var closed = store.Telling();
        Assert.Equal(1 + (2 * refused.Count), closed.Rows.Where(r => r.UseHour is not null).Sum(r => r.Calls));
        closed.AddUp();
    }

    [Fact]
    public async Task An_unreadable_body_is_in_the_error_queue_byte_for_byte_with_the_reason_and_its_neighbours_are_stored()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var worker = WorkerProcess.Start(broker.Settings, store);
        await worker.UntilLoggedAsync("What waited in the broker is stored");
        var before = store.Telling().Tell().ToList();
        foreach (var (number, body) in Refusals.OfBodies.Index())
        {
            await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("n" + number.ToString(CultureInfo.InvariantCulture)));
            await broker.PublishAsync(BrokerTopology.UsageEvents, body);
        }

        await worker.UntilAsync(async () => await broker.ErrorsAsync() == Refusals.OfBodies.Count, "all are in the error queue");
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Usage") == Refusals.OfBodies.Count, "the neighbours are stored");
        Assert.Equal(0, await worker.StopAsync());
        Assert.Equal(Refusals.OfBodies.Count, worker.Log.Split("A message that can't be read or stored is in usage-events_error now: ").Length - 1);
        Assert.DoesNotContain("fail:", worker.Log, StringComparison.Ordinal);
        Assert.Equal(before.SkipLast(1), store.Telling().Tell().SkipLast(1));
        var errors = await new ErrorQueue(broker.Settings, BrokerTopology.UsageEvents).ListAsync(100, Cancel).ToListAsync(Cancel);
        Assert.Equal(Refusals.OfBodies.Select(Convert.ToHexString).Order(StringComparer.Ordinal), errors.Select(e => Convert.ToHexString(e.Body.Span))
            .Order(StringComparer.Ordinal));
        Assert.All(errors, e => Assert.StartsWith("The body ", e.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_command_is_answered_with_its_code_and_changes_nothing()
    {
        await using var broker = await TestBroker.StartAsync();
        store.Work(ReplayStore.NowUs, core => core.Timeline.AdvanceTo(core.NowUs));
        var before = Untold();
        await using var worker = WorkerProcess.Start(broker.Settings, store);
        await worker.UntilLoggedAsync("What waited in the broker is stored");
        foreach (var (number, (_, fields)) in Refusals.OfCommands.Index())
            await broker.PublishAsync(
                BrokerTopology.BillingCommands, string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"r{number:D2}\",{fields}}}"));
        await worker.UntilAsync(() =>
            store.Count("SELECT COUNT(*) FROM Command WHERE Code IS NOT NULL") == Refusals.OfCommands.Count, "all are refused");
        Assert.Equal(0, await worker.StopAsync());
        Assert.Equal(Refusals.OfCommands.Select(c => c.Code), store.Read(session => Codes(session)));
        Assert.Equal(before, Untold());
        Assert.Equal(Refusals.OfCommands.Count, store.Telling().Notices.SelectMany(n => n).Count(n => n.Name == "command-refused"));
    }

    private static List<string> Codes(Settlement.Storage.Session session)
    {
        using var command = session.Connection.CreateCommand();
        command.CommandText = "SELECT Code FROM Command WHERE Code IS NOT NULL ORDER BY CommandId";
        using var reader = command.ExecuteReader();
        var codes = new List<string>();
        while (reader.Read())
            codes.Add(reader.GetString(0));
        return codes;
    }

    /// <summary>Everything except the answers themselves and the versions they raise.</summary>
    private List<string> Untold()
    {
        var told = store.Telling();
        return [.. told.Tell().Where(l => l[..4] is "row|" or "lot|" or "entr"),
            .. told.Accounts.Select(a => $"{a.AccountId} {a.BalanceE8} {a.State}")];
    }
}
