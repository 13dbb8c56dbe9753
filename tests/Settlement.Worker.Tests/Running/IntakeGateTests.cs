using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Worker.Bus;
using Settlement.Worker.Running;
using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Running;

/// <summary>Closings wait for a broker from which nothing can be taken (2.4).</summary>
public sealed class IntakeGateTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 30, 0, TimeSpan.Zero);
    private static readonly string[] Queues = [BrokerTopology.UsageEvents, BrokerTopology.BillingCommands];

    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, Instant.OfUs(Start));

    public void Dispose() => store.Dispose();

    [Fact]
    public void Each_hourly_run_waits_for_a_lost_broker_DrainTimeout_at_most_and_then_says_so() => WithGate((gate, clock, link, drain, state) =>
    {
        Up(link, drain);
        AdvanceTo(clock, Start.AddMinutes(20));
        Assert.Equal(Now(clock), gate.LimitUs(Now(clock)));
        foreach (var queue in Queues)
            drain.Lost(queue);
        link.Failed("ACCESS_REFUSED");
        Assert.Equal(Now(clock), gate.LimitUs(Now(clock)));

        AdvanceTo(clock, new(2026, 3, 1, 10, 5, 0, TimeSpan.Zero));
        Assert.Equal(BeforeRun(10), gate.LimitUs(Now(clock)));
        clock.Advance(TimeSpan.FromMinutes(14));
        Assert.Equal((BeforeRun(10), null), (gate.LimitUs(Now(clock)), state.ClosingWithoutIntake));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((Now(clock), "ACCESS_REFUSED"), (gate.LimitUs(Now(clock)), state.ClosingWithoutIntake));
        RunHappened(10);

        AdvanceTo(clock, new(2026, 3, 1, 11, 0, 1, TimeSpan.Zero));
        Assert.Equal(BeforeRun(11), gate.LimitUs(Now(clock)));
    });

    [Fact]
    public void A_run_that_waits_goes_on_once_what_waited_in_the_broker_is_stored() => WithGate((gate, clock, link, drain, state) =>
    {
        AdvanceTo(clock, new(2026, 3, 1, 10, 5, 0, TimeSpan.Zero));
        Assert.Equal(BeforeRun(10), gate.LimitUs(Now(clock)));
        drain.Expect(BrokerTopology.UsageEvents, 2);
        drain.Expect(BrokerTopology.BillingCommands, 0);
        foreach (var queue in Queues)
            link.Up(queue);
        Assert.Equal(BeforeRun(10), gate.LimitUs(Now(clock)));
        drain.Stored(BrokerTopology.UsageEvents, 2);
        Assert.Equal((Now(clock), null), (gate.LimitUs(Now(clock)), state.ClosingWithoutIntake));
    });

    [Fact]
    public void What_has_waited_in_vain_at_the_start_does_not_wait_again() => WithGate((gate, clock, _, _, _) =>
    {
        AdvanceTo(clock, new(2026, 3, 1, 12, 5, 0, TimeSpan.Zero));
        gate.GiveUp(Now(clock));
        Assert.Equal(Now(clock), gate.LimitUs(Now(clock)));
    });

    private void WithGate(Action<IntakeGate, FakeTimeProvider, BrokerLink, Drain, WorkerState> work) => store.Work(Instant.OfUs(Start), made =>
    {
        var clock = new FakeTimeProvider(Start);
        var (link, drain, state) = (BrokerLink.OfInputs(clock), Drain.OfInputs(), new WorkerState());
        var core = new SettlementCore(made.Store, clock);
        work(new IntakeGate(core, WorkerSettings.Default, drain, link, state, NullLogger<IntakeGate>.Instance), clock, link, drain, state);
    });

    private static void Up(BrokerLink link, Drain drain)
    {
        foreach (var queue in Queues)
        {
            drain.Expect(queue, 0);
            link.Up(queue);
        }
    }

    private void RunHappened(int hour) =>
        store.Work(BeforeRun(hour), core => core.Store.Write(session => session.Execute("store/pass-run", new { LastRunUs = BeforeRun(hour) + 1 })));

    private static void AdvanceTo(FakeTimeProvider clock, DateTimeOffset at) => clock.Advance(at - clock.GetUtcNow());

    private static long Now(FakeTimeProvider clock) => Instant.OfUs(clock.GetUtcNow());

    private static long BeforeRun(int hour) => Instant.OfUs(new DateTimeOffset(2026, 3, 1, hour, 0, 0, TimeSpan.Zero)) - 1;
}
