using Microsoft.Extensions.Logging.Abstractions;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Engine.Usage;
using Settlement.Storage.Clock;
using Settlement.Worker.Ingest;
using Settlement.Worker.Running;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Running;

/// <summary>Whether the clock may let time pass: a wrong clock can't take away hours that nobody has used yet.</summary>
public sealed class ClockGateTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 30, 0, TimeSpan.Zero);
    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, Instant.OfUs(Start), confirmed: false);

    public void Dispose() => store.Dispose();

    [Fact]
    public void A_jump_waits_for_a_persons_word_and_readiness_has_the_reason() => WithGate((gate, clock, core, state) =>
    {
        clock.SetTo(Start.AddYears(9));
        Assert.False(gate.MayPass(core.NowUs));
        Assert.Equal("the clock is more than a day past the last activity", state.Clock!.Reason);
        Assert.Contains("settlement clock confirm 2035-03-01T", state.Clock.Cause, StringComparison.Ordinal);
        Assert.False(gate.MayPass(core.NowUs));
        core.Store.Write(session => ClockRows.Confirm(session, core.NowUs));
        Assert.True(gate.MayPass(core.NowUs));
        Assert.Null(state.Clock);
    });

    [Fact]
    public void Usage_of_the_last_day_says_that_an_outage_was_an_outage() => WithGate((gate, clock, core, _) =>
    {
        clock.SetTo(Start.AddDays(5));
        Assert.False(gate.MayPass(core.NowUs));
        StoreUsage(core, "spooled", Start.AddDays(2));
        Assert.False(gate.MayPass(core.NowUs));
        StoreUsage(core, "live", Start.AddDays(5).AddMinutes(-1));
        Assert.True(gate.MayPass(core.NowUs));
    });

    [Fact]
    public void A_worker_that_has_run_meanwhile_needs_no_word_though_nothing_could_be_done_for_days() => WithGate((gate, clock, core, _) =>
    {
        Assert.True(gate.MayPass(core.NowUs));
        clock.Run(TimeSpan.FromDays(3));
        Assert.True(gate.MayPass(core.NowUs));
        clock.SetTo(clock.GetUtcNow().AddDays(3));
        Assert.False(gate.MayPass(core.NowUs));
    });

    [Fact]
    public void A_clock_that_is_set_back_finds_the_time_line_ahead_of_it_and_says_so() => WithGate((gate, clock, core, state) =>
    {
        clock.SetTo(Start.AddDays(-3));
        Assert.True(gate.MayPass(core.NowUs));
        Assert.Equal("hours are closed ahead of the clock", state.Clock!.Reason);
        clock.SetTo(Start);
        Assert.True(gate.MayPass(core.NowUs));
        Assert.Null(state.Clock);
    });

    [Fact]
    public void A_store_without_accounts_has_nothing_to_lose() => store.Work(Instant.OfUs(Start), made =>
    {
        var clock = new SettableClock(Start.AddDays(30));
        var core = new SettlementCore(made.Store, clock);
        Assert.True(new ClockGate(core, new WorkerState(), NullLogger<ClockGate>.Instance).MayPass(core.NowUs));
    });

    private void WithGate(Action<ClockGate, SettableClock, SettlementCore, WorkerState> work) => store.Work(Instant.OfUs(Start), made =>
    {
        made.Commands.Receive(["""{"id":"open","type":"open-account","account":"a"}"""], made.NowUs);
        var clock = new SettableClock(Start);
        var (core, state) = (new SettlementCore(made.Store, clock), new WorkerState());
        work(new ClockGate(core, state, NullLogger<ClockGate>.Instance), clock, core, state);
    });

    private static void StoreUsage(SettlementCore core, string id, DateTimeOffset at)
    {
        var events = UsageReader.Read(System.Text.Encoding.UTF8.GetBytes(Refusals.Event(id, at: at)), "application/json");
        core.Intake.Store([.. events.Select(e => new Engine.Usage.Arrival(e, core.NowUs))]);
    }

    /// <summary>Like the clock of a machine: what it shows can be set, and elapsed time is measured apart from that.</summary>
    private sealed class SettableClock(DateTimeOffset start) : TimeProvider
    {
        private DateTimeOffset shown = start;
        private TimeSpan ran;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => shown;

        public override long GetTimestamp() => ran.Ticks;

        public void SetTo(DateTimeOffset at) => shown = at;

        public void Run(TimeSpan time) => (shown, ran) = (shown + time, ran + time);
    }
}
