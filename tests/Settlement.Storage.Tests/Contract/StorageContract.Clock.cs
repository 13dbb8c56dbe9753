using Settlement.Domain.Time;
using Settlement.Engine.Clock;
using Settlement.Engine.Commands;
using Settlement.Engine.Lifecycle;
using Settlement.Storage.Bills;
using Settlement.Storage.Clock;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;
using Settlement.Storage.Troubles;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

/// <summary>A time line that ran ahead of the clock, what closings left behind, and what workers could not do.</summary>
public abstract partial class StorageContract
{
    private static readonly long FarUs = Us("2033-05-10T09:00:00Z");

    [Fact]
    public void A_time_line_that_ran_ahead_goes_back_and_what_came_meanwhile_is_settled_in_its_own_hour()
    {
        Subscribed("a1");
        RunAhead();
        Ingest(Call("e1", 3));
        Assert.True(Facts(NineUs).IsAheadOf(NineUs));
        var ahead = new WayBack(Store).Go(NineUs, WorkClaim.Alone);

        Assert.Equal((true, NineUs, 1L), (ahead.IsAny, ahead.LastRunUs, ahead.Events));
        Assert.True(ahead.Hours > 80_000);
        Assert.False(Facts(NineUs).IsAheadOf(NineUs));
        Assert.Equal(NineUs, Store.Read(StoreState.Of).LastRunUs);
        Assert.False(new WayBack(Store).Go(NineUs, WorkClaim.Alone).IsAny);
        var run = closings.Begin(NineUs + 2 * Instant.PerHourUs)!;
        closings.Settle(run, () => NineUs);
        closings.Finish(run, NineUs);
        var row = Assert.Single(Store.Read(s => BillReader.Rows(s, new BillFilter())));
        Assert.Equal((3L, 0L), (row.Calls, row.Late));
    }

    [Fact]
    public void An_event_of_an_hour_that_stays_closed_waits_for_the_next_closing_after_the_way_back()
    {
        Subscribed("a1");
        RunAhead();
        Ingest(Call("e1", 3));
        var laterUs = NineUs + (5 * Instant.PerHourUs);
        new WayBack(Store).Go(laterUs, WorkClaim.Alone);

        closings.Settle(closings.Begin(laterUs + Instant.PerHourUs)!, () => laterUs);
        var row = Assert.Single(Store.Read(s => BillReader.Rows(s, new BillFilter())));
        Assert.Equal((3L, 1L), (row.Calls, row.Late));
    }

    [Fact]
    public void What_was_booked_beyond_now_keeps_the_time_line_where_it_is()
    {
        Subscribed("a1");
        RunAhead();
        commands.Receive(["""{"id":"far","type":"top-up","account":"a1","amount":"5"}"""], FarUs);
        commands.Apply(Store.Read(s => CommandInbox.Waiting(s, FarUs, 10)), FarUs);
        var before = Store.Read(StoreState.Of);
        var ahead = new WayBack(Store).Go(NineUs, WorkClaim.Alone);

        Assert.Equal([("ledger entries", 2L, FarUs)], ahead.Booked.Select(b => (b.What, b.Number, b.FirstUs)));
        Assert.Equal(before, Store.Read(StoreState.Of));
    }

    [Fact]
    public void Steps_of_lots_that_were_done_ahead_are_told_though_some_leave_no_row()
    {
        Subscribed("a1");
        TopUp("a1", "10", "money");
        Do("""{"id":"buy","type":"buy-package","account":"a1","offer":"ten","package":"p"}""");
        RunAhead();
        while (Store.Read(AgendaSteps.NextDueUs) is { } dueUs && dueUs <= FarUs)
            closings.Step(dueUs);
        var booked = new WayBack(Store).Go(NineUs, WorkClaim.Alone).Booked.Select(b => b.What).ToList();

        Assert.Contains("ends of lots", booked);
        Assert.Contains("notices", booked);
    }

    [Fact]
    public void Usage_that_was_settled_in_an_hour_ahead_keeps_the_time_line_where_it_is()
    {
        Subscribed("a1");
        RunAhead();
        Ingest(Call("e1", 3));
        var run = closings.Begin(NineUs, hourly: false)!;
        closings.Settle(run, () => NineUs);
        closings.Finish(run, NineUs);

        Assert.Equal("closing runs", Assert.Single(new WayBack(Store).Go(NineUs, WorkClaim.Alone).Booked).What);
    }

    [Fact]
    public void Commands_that_wait_for_an_instant_ahead_take_effect_now()
    {
        Subscribed("a1");
        commands.Receive(["""{"id":"far","type":"top-up","account":"a1","amount":"5"}"""], FarUs);
        Assert.Equal(1, Facts(NineUs).CommandsAhead);
        var ahead = new WayBack(Store).Go(NineUs, WorkClaim.Alone);
        commands.Apply(Store.Read(s => CommandInbox.Waiting(s, NineUs, 10)), NineUs);

        Assert.Equal((true, 1L, 0L), (ahead.IsAny, ahead.Commands, ahead.Hours));
        Assert.Equal(5 * 100_000_000L, BalanceOf("a1"));
    }

    [Fact]
    public void Time_may_pass_by_a_day_without_anything_that_says_that_the_clock_is_right()
    {
        const long Never = long.MinValue;
        var (lastUs, dayUs) = (Store.Read(StoreState.Of).LastRunUs, Instant.PerDayUs);
        Assert.False(Facts(FarUs).IsJump(FarUs, Never));
        Subscribed("a1");
        Assert.False(Facts(lastUs + dayUs).IsJump(lastUs + dayUs, Never));
        Assert.True(Facts(lastUs + dayUs + 1).IsJump(lastUs + dayUs + 1, Never));
        Assert.False(Facts(FarUs).IsJump(FarUs, FarUs - dayUs));

        Ingest(Call("e1", 1));
        Assert.False(Facts(NineUs + dayUs).IsJump(NineUs + dayUs, Never));
        Assert.True(Facts(NineUs + (3 * dayUs)).IsJump(NineUs + (3 * dayUs), Never));

        Store.Write(s => ClockRows.Confirm(s, FarUs));
        Store.Write(s => ClockRows.Confirm(s, FarUs - dayUs));
        Assert.False(Facts(FarUs).IsJump(FarUs, Never));
        Assert.True(Facts(FarUs + 1).IsJump(FarUs + 1, Never));
    }

    [Fact]
    public void Usage_in_a_closed_hour_that_no_closing_took_is_counted()
    {
        Subscribed("a1");
        Subscribed("a2");
        Ingest(Call("e1", 1));
        var run = closings.Begin(NineUs + 2 * Instant.PerHourUs)!;
        Assert.Equal(0, Left());
        closings.Settle(run, () => NineUs);
        closings.Finish(run, NineUs);
        Assert.Equal(0, Left());

        // What a writer with a different guard would leave: usage of an account that the run has not seen, in the run's hour and in an hour that was
        // empty when it closed.
        Store.Write(s =>
            usage.Keep(s, Store.Read(StoreState.Of) with { ClosedSlot = new SettleSlot(0) },
            [(Call("e2", 1, "a2").Event.Call!, 2, NineUs, 0, false)]));
        var early = Call("e3", 1, "a2").Event.Call! with { TimeUs = NineUs - Instant.PerHourUs };
        Store.Write(s => usage.Keep(s, Store.Read(StoreState.Of) with { ClosedSlot = new SettleSlot(0) }, [(early, 2, NineUs, 0, false)]));

        var left = Store.Read(s => ClosingRuns.LeftBehind(s, StoreState.Of(s), 48));
        Assert.Equal((2, BillingHour.Of(NineUs).Previous), (left.Events, left.Hour));
    }

    [Fact]
    public void Troubles_are_kept_one_for_each_worker_and_kind_and_of_those_who_are_gone_the_latest()
    {
        Trouble Of(string worker, string kind, long sinceUs, long? endedUs = null) =>
            new() { Worker = worker, What = kind, SinceUs = sinceUs, EndedUs = endedUs, Cause = $"{kind} {sinceUs}" };
        foreach (var trouble in new[] { Of("one", "usage", 1), Of("one", "usage", 2), Of("two", "usage", 3), Of("two", "time-line", 4, 5),
            Of("three", "usage", 6) })
            Store.Write(s => TroubleRows.Note(s, trouble));
        Assert.Equal(["one usage 2 ", "two usage 3 ", "two time-line 4 5", "three usage 6 "], Troubles());

        Store.Write(s => TroubleRows.Start(s, ["three"], 9));
        Assert.Equal(["two usage 3 9", "two time-line 4 5", "three usage 6 "], Troubles());
    }

    [Fact]
    public void The_cause_of_a_trouble_is_bounded_and_does_nothing_to_a_terminal()
    {
        Assert.Equal("a\\u001B[31m\\u000A\\u202Eb", Trouble.Kept("a\u001B[31m\n\u202Eb"));
        var cause = Trouble.Kept(new string('\u0007', 1_000) + new string('x', 1_000_000));
        Assert.InRange(cause.Length, Trouble.MaxCause - 6, Trouble.MaxCause);
        Store.Write(s => TroubleRows.Note(s, new Trouble { Worker = "w", What = "usage", SinceUs = 1, Cause = cause }));
        Assert.Equal(cause, Assert.Single(Store.Read(TroubleRows.All)).Cause);
    }

    private void RunAhead()
    {
        Assert.Null(closings.Begin(FarUs));
        Store.Write(s => s.Execute("store/pass-run", new { LastRunUs = FarUs }));
    }

    private ClockFacts Facts(long nowUs) => Store.Read(s => ClockRows.Facts(s, nowUs));

    private long Left() => Store.Read(s => ClosingRuns.LeftBehind(s, StoreState.Of(s), 48)).Events;

    private IEnumerable<string> Troubles() => Store.Read(TroubleRows.All).Select(t => $"{t.Worker} {t.What} {t.SinceUs} {t.EndedUs}");
}
