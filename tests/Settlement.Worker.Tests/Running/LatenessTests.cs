using Microsoft.Extensions.Time.Testing;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage.Notices;
using Settlement.Worker.Running;
using Settlement.Worker.Settings;
using Settlement.Worker.Telemetry;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Running;

/// <summary>What is due and not done, and what waits unpublished: trouble only if it lasts.</summary>
public sealed class LatenessTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Bound = Lateness.LateAfter + TimeSpan.FromMinutes(15);
    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, Instant.OfUs(Start));

    public void Dispose() => store.Dispose();

    [Fact]
    public void What_is_due_and_not_done_is_late_once_it_has_been_so_at_every_look() => With((lateness, clock) =>
    {
        Assert.Empty(Look(due: -2));
        clock.Advance(Bound);
        Assert.Empty(Look(due: -2));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["late"], Look(due: -2));
        // A database that does not answer proves nothing, in either direction.
        Assert.Empty(lateness.Look(null, canPublish: true));
        Assert.Equal(["late"], Look(due: -2));
        Assert.Empty(Look(due: null));
        Assert.Empty(Look(due: -2));

        IEnumerable<string> Look(double? due) => What(lateness, clock, new WaitingNotices(), due);
    });

    [Fact]
    public void What_has_just_become_due_is_not_late_however_often_something_is() => With((lateness, clock) =>
    {
        for (var look = 0; look < 100; look++)
        {
            Assert.Empty(What(lateness, clock, Notices(0.5), due: -0.5));
            clock.Advance(TimeSpan.FromMinutes(1));
        }
    });

    [Fact]
    public void Notices_are_late_only_while_there_is_a_broker_to_take_them() => With((lateness, clock) =>
    {
        Assert.Empty(What(lateness, clock, Notices(5)));
        clock.Advance(Lateness.NoticesLateAfter + TimeSpan.FromSeconds(1));
        Assert.Equal(["outbox"], What(lateness, clock, Notices(5)));
        Assert.Empty(What(lateness, clock, Notices(5), canPublish: false));
        Assert.Empty(What(lateness, clock, Notices(5)));
    });

    [Fact]
    public void Another_programs_schema_is_told_at_once() => With((lateness, clock) =>
    {
        var failure = Assert.Single(
            lateness.Look(
            Figures(clock, new WaitingNotices(), null) with { Schema = ["migration 99 is newer than this program"] }, canPublish: true));
        Assert.Equal(("schema", "migration 99 is newer than this program"), (failure.What, failure.Cause));
    });

    [Fact]
    public void Storing_that_takes_long_is_told_before_it_fails()
    {
        var state = new IntakeState();
        state.Note(
            () =>
            {
                Assert.Null(state.FailureAt(15 * Instant.PerSecondUs));
                var failure = state.FailureAt(15 * Instant.PerSecondUs + 1);
                Assert.Equal(0, failure?.SinceUs);
            },
            () => 0);
        Assert.Null(state.FailureAt(long.MaxValue));
        Assert.Throws<InvalidOperationException>(() => state.Note(() => throw new InvalidOperationException("no room"), () => 7));
        Assert.Equal(new IntakeFailure("no room", 7), state.FailureAt(8));
        state.Note(() => { }, () => 9);
        Assert.Null(state.FailureAt(9));
    }

    [Fact]
    public void Figures_are_those_of_the_store_and_are_dropped_when_no_newer_ones_come() => store.Work(Instant.OfUs(Start), made =>
    {
        var clock = new FakeTimeProvider(Start);
        var core = new SettlementCore(made.Store, clock);
        core.CommandIntake.Store(
            [
                """{"id":"o","type":"open-account","account":"a"}""",
                """{"id":"s","type":"subscribe","account":"a","api":"images","region":"cn-north-4"}""",
            ],
            core.NowUs);
        using var keeper = new FiguresKeeper(core, Microsoft.Extensions.Logging.Abstractions.NullLogger<FiguresKeeper>.Instance);
        Assert.Null(keeper.Latest);
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(FiguresKeeper.Every, keeper.Read());
        Assert.Equal((1, 0, Instant.OfUs(Start)), (keeper.Latest!.Outbox.Notices, keeper.Latest.HoursBehind, keeper.Latest.DueSinceUs));
        Assert.True(keeper.Latest.Bytes > 0);
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.NotNull(keeper.Latest);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(keeper.Latest);
        clock.Advance(TimeSpan.FromHours(4));
        keeper.Read();
        Assert.Equal(3, keeper.Latest!.HoursBehind);
    });

    private void With(Action<Lateness, FakeTimeProvider> work) => store.Work(Instant.OfUs(Start), made =>
    {
        var clock = new FakeTimeProvider(Start);
        work(new Lateness(new SettlementCore(made.Store, clock), WorkerSettings.Default), clock);
    });

    private static IEnumerable<string> What(
        Lateness lateness, FakeTimeProvider clock, WaitingNotices notices, double? due = null, bool canPublish = true) =>
        lateness.Look(Figures(clock, notices, due), canPublish).Select(f => f.What);

    private static WaitingNotices Notices(double minutesOld) => new() { Notices = 1, OldestUs = (long)(-minutesOld * 60 * Instant.PerSecondUs) };

    /// <summary>Times in minutes before the look.</summary>
    private static StoreFigures Figures(FakeTimeProvider clock, WaitingNotices notices, double? due)
    {
        var nowUs = Instant.OfUs(clock.GetUtcNow());
        var outbox = new WaitingNotices { Notices = notices.Notices, OldestUs = nowUs + notices.OldestUs };
        return new StoreFigures(nowUs, [], 0, due is { } minutes ? nowUs + (long)(minutes * 60 * Instant.PerSecondUs) : null, 0, 0, outbox, [], null);
    }
}
