using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Worker.Telemetry;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Telemetry;

/// <summary>A gauge says what is known, and nothing when nothing is.</summary>
public sealed class GaugesTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly string[] OfTheWorker = ["settlement.build_info", "settlement.not_ready", "settlement.ready"];
    private static readonly string[] OfTheStore =
    [
        "settlement.accounts.arrears", "settlement.accounts.parked", "settlement.hours.behind", "settlement.outbox.age", "settlement.outbox.notices", "settlement.store.size",
    ];

    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, Instant.OfUs(Start));
    private readonly FakeTimeProvider clock = new(Start);

    public void Dispose() => store.Dispose();

    [Fact]
    public void What_the_store_says_is_absent_until_it_has_said_it_and_when_it_has_stopped_saying_it() => With((figures, _, measure) =>
    {
        Assert.Equal(OfTheWorker, measure().Keys);
        figures.Read();
        Assert.Equal(OfTheStore.Concat(OfTheWorker).Append("settlement.catch_up.remaining").Order(StringComparer.Ordinal), measure().Keys);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(OfTheWorker, measure().Keys);
    });

    [Fact]
    public void The_time_left_runs_down_and_is_nothing_when_nothing_is_due() => With((figures, catchUp, measure) =>
    {
        catchUp.Say(TimeSpan.FromSeconds(50));
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(30, measure()["settlement.catch_up.remaining"]);
        clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(0, measure()["settlement.catch_up.remaining"]);
        catchUp.Say(null);
        Assert.DoesNotContain("settlement.catch_up.remaining", measure().Keys);
        figures.Read();
        Assert.Equal(0, measure()["settlement.catch_up.remaining"]);
    });

    private void With(Action<FiguresKeeper, CatchUp, Func<SortedDictionary<string, double>>> work) => store.Work(Instant.OfUs(Start), made =>
    {
        using var meter = new Meter("test " + Guid.NewGuid());
        using var figures = new FiguresKeeper(new SettlementCore(made.Store, clock), NullLogger<FiguresKeeper>.Instance);
        var catchUp = new CatchUp(clock);
        _ = new Gauges(meter, figures, catchUp, () => ["broker"]);
        work(figures, catchUp, () => Measure(meter));
    });

    private static SortedDictionary<string, double> Measure(Meter meter)
    {
        var measured = new SortedDictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, of) => Listen(instrument, of) };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;

        void Listen(Instrument instrument, MeterListener of)
        {
            if (instrument.Meter == meter)
                of.EnableMeasurementEvents(instrument);
        }
    }
}
