using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Worker.Ingest;
using Settlement.Worker.Simulating;

namespace Settlement.Worker.Demo;

/// <summary>
/// Plays the month through the real pipeline: message bodies through the reader and the intake, commands through the inbox, closings and lifecycle
/// through the time line. Only the clock and the bus are not the real ones.
/// </summary>
internal sealed class DemoMonth
{
    private readonly SettlementCore core;
    private readonly TestClock clock = new(Calendar.At(0, 12, 0));
    private readonly Agent[] agents = [.. Cast.Regions.Select((r, i) => new Agent(r, new Dice(seed: 2_026_06 + (ulong)i)))];
    private readonly PriorityQueue<Message, (long ArrivesUs, long Number)> underway = new();
    private readonly Queue<(long AtUs, string Body)> commands = new(Story.Commands());
    private long messages;

    private DemoMonth(IEngine engine)
    {
        core = new SettlementCore(new SettlementStore(engine, BillingSettings.Default with { TimeZone = Calendar.Zone }), clock);
        core.Store.Open(clock.NowUs);
        core.Store.Write(session => core.Store.ApplyCatalog(session, SampleCatalog(), clock.NowUs));
    }

    /// <param name="engine">A migrated, empty store.</param>
    /// <param name="progress">Called with the simulated hours that are over, their total, and the events sent so far.</param>
    public static Played Play(IEngine engine, Action<long, long, long> progress)
    {
        var month = new DemoMonth(engine);
        var hours = (Calendar.CurtainUs - Calendar.StartUs) / Instant.PerHourUs;
        for (var quarterUs = Calendar.StartUs; quarterUs < Calendar.EndUs; quarterUs += Calendar.QuarterUs)
        {
            month.Send(quarterUs);
            month.PlayUntil(quarterUs + Calendar.QuarterUs);
            progress((quarterUs - Calendar.StartUs) / Instant.PerHourUs, hours, month.Counted().Events);
        }

        month.PlayUntil(Calendar.CurtainUs);
        progress(hours, hours, month.Counted().Events);
        return new Played(month.core.Store, month.Counted(), month.messages);
    }

    private static Catalog SampleCatalog()
    {
        using var text = new StreamReader(typeof(DemoMonth).Assembly.GetManifestResourceStream("demo/catalog.json")!);
        var faults = new List<CatalogFault>();
        return CatalogJson.Read(text.ReadToEnd(), "", Calendar.Zone, faults)
            ?? throw new InvalidOperationException($"deploy/examples/catalog.json: {faults[0]}");
    }

    private GatewayCount Counted() => agents.Select(a => a.Count).Aggregate((a, b) => a + b);

    private void Send(long quarterUs)
    {
        foreach (var message in agents.SelectMany(a => a.Report(quarterUs)))
            underway.Enqueue(message, (message.ArrivesUs, messages++));
    }

    /// <summary>Plays everything that arrives before an instant, in the order of arrival, and does what falls due in between.</summary>
    private void PlayUntil(long us)
    {
        while (NextArrivalUs() is var next && next < us)
        {
            clock.Pass(core.Timeline, next - 1);
            clock.NowUs = next;
            if (commands.TryPeek(out var command) && command.AtUs == next)
                Receive(next);
            else
                Store(next);
        }

        clock.Pass(core.Timeline, us - 1);
    }

    private long NextArrivalUs() => Math.Min(
        commands.TryPeek(out var command) ? command.AtUs : long.MaxValue,
        underway.TryPeek(out _, out var first) ? first.ArrivesUs : long.MaxValue);

    private void Receive(long us)
    {
        while (commands.TryPeek(out var command) && command.AtUs == us)
            core.Commands.Receive([commands.Dequeue().Body], us);
        core.Timeline.ApplyCommands(us);
    }

    /// <summary>Like the consumer, stores what has arrived together in one transaction.</summary>
    private void Store(long us)
    {
        var arrivals = new List<Arrival>();
        while (underway.TryPeek(out _, out var first) && first.ArrivesUs == us)
            arrivals.AddRange(UsageReader.Read(underway.Dequeue().Body, "application/json").Select(e => new Arrival(e, us)));
        core.Usage.Store(arrivals);
    }
}

/// <summary>A month that has been played: where it is kept, and what the gateway itself counted.</summary>
internal sealed record Played(SettlementStore Store, GatewayCount Gateway, long Messages);
