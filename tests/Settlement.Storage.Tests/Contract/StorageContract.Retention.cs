// What is past its time leaves (7.4): settled usage with its identities, and nothing that anyone still needs.

using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine.Commands;
using Settlement.Engine.Retention;
using Settlement.Engine.Usage;
using Settlement.Storage.Bills;
using Settlement.Storage.Clock;
using Settlement.Storage.Notices;
using Settlement.Storage.Quarantine;
using Settlement.Storage.Retention;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

public abstract partial class StorageContract
{
    private const long KeptUs = 400 * Instant.PerDayUs;

    /// <summary>When usage of the hour from nine leaves.</summary>
    private static readonly long LeavesUs = NineUs + Instant.PerHourUs + KeptUs;

    private UsageRetention Retention => new(Store);

    [Fact]
    public void Settled_usage_leaves_with_its_identity_when_its_time_has_come_and_not_an_hour_before()
    {
        Subscribed("a1");
        Ingest(Call("e1", 3), Call("e2", 1), Call("failed", 1) with { Event = ReadEvent.Of(Call("failed", 1).Event.Call! with { Status = 500 }) });
        CloseNine();
        PassTo(LeavesUs - Instant.PerHourUs);
        Assert.Equal(default, Retention.Leave(isSure: true));
        Assert.Null(Store.Read(StoreState.Of).KeptFromUs);
        Assert.Equal(1, Ingest(Call("e1", 3)).Duplicate);

        PassTo(LeavesUs);
        Assert.Equal(new LeftUsage(3, 3), Retention.Leave(isSure: true));
        Assert.Equal((0, 0), (Rows("Usage"), Rows("EventIdentity")));
        Assert.Equal(NineUs + Instant.PerHourUs, Store.Read(StoreState.Of).KeptFromUs);
        Assert.Equal(1, Rows("BillRow"));
        Assert.Equal(default, Retention.Leave(isSure: true));
    }

    /// <summary>Even by a clock that has fallen behind by a year, at which the call is not too old.</summary>
    [Fact]
    public void A_repeat_of_what_has_left_is_held_and_can_be_discarded_but_never_released()
    {
        LeaveOne();
        Assert.Equal(1, Ingest(Call("e1", 3)).Quarantined);
        Assert.Equal(1, Ingest(Call("e1", 3)).Duplicate);
        var entry = Assert.Single(Store.Read(s => QuarantineEntries.List(s)));
        Assert.Equal(HoldReason.TooOld, entry.Reason);
        Assert.StartsWith("is forgotten", Assert.Single(Store.Write(s => releases.Release(s, [entry], NineUs, "me"))), StringComparison.Ordinal);
        Assert.Equal([null], Store.Write(s => QuarantineEntries.Discard(s, [entry], NineUs, "me", "was billed")));
        Assert.Equal(1, Ingest(Call("e1", 3)).Duplicate);
        Assert.Equal(0, Rows("Usage"));
    }

    [Fact]
    public void The_kept_span_begins_at_a_microsecond()
    {
        LeaveOne();
        var keptFromUs = NineUs + Instant.PerHourUs;

        Assert.Equal(1, Ingest(At("before", keptFromUs - 1, keptFromUs)).Quarantined);
        Assert.Equal(1, Ingest(At("at", keptFromUs, keptFromUs)).Accepted);
        Assert.Equal(1, Ingest(At("at", keptFromUs, keptFromUs)).Duplicate);
        Assert.Equal(1, Ingest(At("age", LeavesUs - Store.Settings.MaxUsageAgeUs - 1, LeavesUs)).Quarantined);
        Assert.Equal(1, Ingest(At("young", LeavesUs - Store.Settings.MaxUsageAgeUs, LeavesUs)).Accepted);
    }

    [Fact]
    public void A_too_old_event_within_the_kept_span_can_be_released_and_one_before_it_not_even_if_nothing_has_left()
    {
        Subscribed("a1");
        PassTo(LeavesUs);
        var startUs = KeptSpan.StartUs(Store.Settings, LeavesUs)!.Value;
        Ingest(At("inside", startUs, LeavesUs), At("before", startUs - 1, LeavesUs));
        var held = Store.Read(s => QuarantineEntries.List(s)).OrderByDescending(e => e.EventId, StringComparer.Ordinal).ToList();
        var verdicts = Store.Write(s => releases.Release(s, held, LeavesUs, "me"));

        Assert.Equal(["inside", "before"], held.Select(e => e.EventId));
        Assert.Null(verdicts[0]);
        Assert.StartsWith("is forgotten", verdicts[1], StringComparison.Ordinal);
    }

    [Fact]
    public void While_the_time_is_in_doubt_nothing_leaves()
    {
        Subscribed("a1");
        Ingest(Call("e1", 1));
        CloseNine();
        PassTo(LeavesUs);
        Assert.Equal(default, Retention.Leave(isSure: false));
        Assert.Equal((1, 1), (Rows("Usage"), Rows("EventIdentity")));

        // The time line has come that far, but nothing says that it should have: there is no usage of the last day.
        Assert.False(Clock(LeavesUs).IsSure(LeavesUs));
        Store.Write(s => ClockRows.Confirm(s, LeavesUs));
        Assert.True(Clock(LeavesUs).IsSure(LeavesUs));
        Assert.True(Clock(LeavesUs + Instant.PerDayUs).IsSure(LeavesUs + Instant.PerDayUs));
        Assert.False(Clock(LeavesUs + Instant.PerDayUs + 1).IsSure(LeavesUs + Instant.PerDayUs + 1));
        // The clock was ahead, and is right again.
        Assert.False(Clock(NineUs).IsSure(NineUs));
        Ingest(At("live", LeavesUs + (3 * Instant.PerDayUs), LeavesUs + (3 * Instant.PerDayUs)));
        Assert.True(Clock(LeavesUs + (3 * Instant.PerDayUs)).IsSure(LeavesUs + (3 * Instant.PerDayUs)));
    }

    [Fact]
    public void What_is_kept_for_ever_stays()
    {
        Subscribed("a1");
        Ingest(Call("e1", 1));
        CloseNine();
        PassTo(LeavesUs);
        var forEver = new SettlementStore(Engine, Store.Settings with { KeepUsageUs = 0 });
        Assert.Equal(default, new UsageRetention(forEver).Leave(isSure: true));
        Assert.Equal(1, Rows("Usage"));
        Assert.Null(Store.Read(s => NextToLeave.Of(s, forEver.Settings)));
    }

    [Fact]
    public void What_is_held_stays_until_it_is_decided_and_what_is_behind_it_leaves()
    {
        Open("a1");
        Subscribed("a2");
        Ingest(Call("held", 1), Call("b1", 1, "a2", "s"), Call("b2", 1, "a2", "s"), Call("b3", 1, "a2", "s"));
        CloseNine();
        var entry = Assert.Single(Store.Read(s => QuarantineEntries.List(s)));
        PassTo(LeavesUs);
        var inSmallSteps = new UsageRetention(Store, 2);
        Assert.Equal(new LeftUsage(3, 3), inSmallSteps.Leave(isSure: true));
        Assert.Equal((1, 1), (Rows("Usage"), Rows("EventIdentity")));
        Assert.Equal(1, Ingest(Call("held", 1)).Duplicate);

        Store.Write(s => QuarantineEntries.Discard(s, [entry], NineUs, "me", "not ours"));
        PassTo(LeavesUs + Instant.PerDayUs);
        Ingest(At("live", LeavesUs, LeavesUs));
        Assert.Equal(new LeftUsage(1, 1), inSmallSteps.Leave(isSure: true));
    }

    [Fact]
    public void A_released_call_leaves_after_the_closing_that_took_it()
    {
        Ingest(Call("e1", 2));
        Subscribed("a1");
        CloseNine();
        PassTo(LeavesUs);
        Assert.Equal(new LeftUsage(1, 1), Retention.Leave(isSure: true));
    }

    [Fact]
    public void Usage_that_no_finished_closing_has_taken_stays()
    {
        Subscribed("a1");
        Subscribed("a2");
        Ingest(Call("e1", 1));
        var run = closings.Begin(NineUs + (2 * Instant.PerHourUs))!;
        closings.Settle(run, () => NineUs);
        PassTo(LeavesUs);
        Assert.Equal(default, Retention.Leave(isSure: true));

        closings.Finish(run, NineUs);
        // Of an account that the run has not settled, as if it had been parked.
        Store.Write(s => usage.Keep(s, Store.Read(StoreState.Of) with { ClosedSlot = SettleSlot.OfHour(0) }, [(Call("e2", 1, "a2").Event.Call!, 2, NineUs, 0, false)]));
        Assert.Equal(new LeftUsage(1, 1), Retention.Leave(isSure: true));
        Assert.Equal(1, Rows("Usage"));
    }

    /// <summary>Otherwise a repeat of the younger content would be billed as a new event.</summary>
    [Fact]
    public void An_event_stays_as_long_as_a_younger_content_of_it_is_known()
    {
        Subscribed("a1");
        Ingest(Call("e1", 1), Call("e2", 1));
        CloseNine();
        var laterUs = NineUs + (399 * Instant.PerDayUs);
        Assert.Equal(1, Ingest(At("e1", laterUs, laterUs)).Quarantined);
        Store.Write(s => QuarantineEntries.Discard(s, QuarantineEntries.List(s), laterUs, "me", "no call"));
        PassTo(LeavesUs);

        Assert.Equal(new LeftUsage(1, 1), Retention.Leave(isSure: true));
        Assert.Equal(1, Ingest(At("e1", laterUs, laterUs)).Duplicate);
        PassTo(LeavesUs + KeptUs);
        Assert.Equal(new LeftUsage(1, 1), Retention.Leave(isSure: true));
    }

    [Fact]
    public void An_event_of_which_another_content_is_held_meanwhile_stays()
    {
        Subscribed("a1");
        Ingest(Call("e1", 1), Call("e2", 1));
        CloseNine();
        PassTo(LeavesUs);
        var writes = 0;
        var held = new SettlementStore(new BeforeWrite(Engine, () => { if (++writes == 2) Ingest(At("e1", LeavesUs, LeavesUs)); }), Store.Settings);
        Assert.Equal(new LeftUsage(1, 1), new UsageRetention(held).Leave(isSure: true));
        Assert.Equal("e1", Assert.Single(Store.Read(s => QuarantineEntries.List(s))).EventId);
        Assert.Equal((1, 1), (Rows("Usage"), Rows("EventIdentity")));
    }

    [Fact]
    public void Two_workers_and_one_that_is_cut_off_let_each_event_leave_once()
    {
        const int Events = 700;
        Subscribed("a1");
        Ingest([.. Enumerable.Range(0, Events).Select(i => Call($"e{i:D3}", 1))]);
        CloseNine();
        PassTo(LeavesUs);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new UsageRetention(Store, 100).Leave(isSure: true, rest: _ => stop.Cancel(), cancel: stop.Token));
        Assert.Equal((Events - 100, Events - 100), (Rows("Usage"), Rows("EventIdentity")));
        var left = 0L;
        Parallel.For(0, 2, Options, _ => Interlocked.Add(ref left, new UsageRetention(Store, 100).Leave(isSure: true).Events));

        // What the two took from each other at the same time stays until the next pass.
        left += new UsageRetention(Store, 100).Leave(isSure: true).Events;
        Assert.Equal(Events - 100, left);
        Assert.Equal((0, 0), (Rows("Usage"), Rows("EventIdentity")));
    }

    [Fact]
    public void Bodies_of_published_notices_and_answered_commands_leave_and_their_numbers_and_ids_stay()
    {
        Open("a1");
        Open("a2");
        TopUp("a1", "10", "money");
        var all = Store.Read(s => Outbox.Next(s, 10));
        Store.Write(s => Outbox.MarkPublished(s, all.Where(n => n.AccountId == "a1")));
        commands.Receive(["""{"id":"waits","type":"top-up","account":"a1","amount":"5"}"""], NineUs);
        PassTo(NineUs + KeptUs);
        Assert.Equal(default, new BodyRetention(Store).Leave());

        PassTo(NineUs + KeptUs + Instant.PerHourUs);
        var bodies = new BodyRetention(Store, 2);
        Assert.Equal(new LeftBodies(2, 3), bodies.Leave());
        Assert.Equal(default, bodies.Leave());
        Assert.Equal(default, new BodyRetention(Store).Leave());
        Assert.Equal([("a1", 1L, ""), ("a1", 2L, "")], Store.Read(BillReader.Notices).Where(n => n.AccountId == "a1").Select(n => (n.AccountId, n.Sequence, n.Body)));
        Assert.NotEqual("", Store.Read(BillReader.Notices).Single(n => n.AccountId == "a2").Body);
        Assert.Equal(["waits"], Store.Read(s => CommandInbox.Waiting(s, NineUs, 10)).Select(c => c.CommandId));
        TopUp("a1", "10", "money");
        Assert.Equal(15 * 100_000_000L, BalanceOf("a1"));
    }

    [Fact]
    public void The_size_of_the_store_and_what_leaves_next_are_told()
    {
        Subscribed("a1");
        Assert.Null(Store.Read(s => NextToLeave.Of(s, Store.Settings)));
        Ingest(Call("e1", 3), Call("e2", 1));
        var size = Store.Read(StoreSize.Of);

        Assert.Equal(new NextToLeave(BillingHour.Of(NineUs), LeavesUs, 2), Store.Read(s => NextToLeave.Of(s, Store.Settings)));
        if (size.Bytes is not null)
        {
            Assert.Equal([("commands", 2L), ("identities", 2L), ("notices", 2L), ("usage", 2L)], size.Tables.Select(t => (t.Name, t.Number)).Order());
            Assert.InRange(size.FreeBytes!.Value, 0, size.Bytes.Value);
        }
    }

    private static Arrival At(string id, long timeUs, long arrivedUs) => new(ReadEvent.Of(new UsageCall("agent", id, "a1", "passport", "north", timeUs, 200, 1, null)), arrivedUs);

    /// <summary>An event that has been settled and has left.</summary>
    private void LeaveOne()
    {
        Subscribed("a1");
        Ingest(Call("e1", 3));
        CloseNine();
        PassTo(LeavesUs);
        Assert.Equal(new LeftUsage(1, 1), Retention.Leave(isSure: true));
    }

    /// <summary>As if the clock of the database agreed.</summary>
    private ClockFacts Clock(long nowUs) => Facts(nowUs) with { DatabaseUs = null };

    private void CloseNine()
    {
        var run = closings.Begin(NineUs + (2 * Instant.PerHourUs))!;
        closings.Settle(run, () => NineUs);
        closings.Finish(run, NineUs);
    }

    private void PassTo(long us) => Store.Write(s => s.Execute("store/pass-run", new { LastRunUs = us }));

    private long Rows(string table) => Store.Read(s =>
    {
        using var command = s.Connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM " + table;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    });
}
