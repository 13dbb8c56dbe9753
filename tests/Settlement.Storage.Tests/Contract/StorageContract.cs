using System.Data.Common;
using Settlement.Domain.Accounts;
using Settlement.Domain.Commands;
using Settlement.Domain.Ledger;
using Settlement.Domain.Notices;
using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine.Closings;
using Settlement.Engine.Commands;
using Settlement.Engine.Usage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;
using Settlement.Storage.Notices;
using Settlement.Storage.Plans;
using Settlement.Storage.Quarantine;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

/// <summary>
/// What every engine must do, in terms of the stores. An engine's own class is a few lines: how to create an empty database and how to drop it.
/// </summary>
public abstract partial class StorageContract : IDisposable
{
    private const string CatalogText = """
        {"currency":"CNY","apis":["passport"],"regions":["north"],
         "prices":[{"api":"passport","region":"north","from":"2023-01-01T00:00:00Z","tiers":[{"unitPrice":"0.15"}]}],
         "offers":[{"offer":"ten","api":"passport","region":"north","calls":10,"price":"5","term":"P1M"}]}
        """;

    private const string SouthPrice = """
        "prices":[{"api":"passport","region":"south","from":"2023-01-01T00:00:00Z","tiers":[{"unitPrice":"0.15"}]},
        """;

    protected static readonly long NineUs = Us("2023-05-10T09:00:00Z");

    private readonly UsageArrivals usage;
    private readonly Releases releases;
    private readonly CommandInbox commands;
    private readonly ClosingDriver closings;

    protected StorageContract(IEngine engine)
    {
        Engine = engine;
        engine.Migrate(_ => { });
        Store = new SettlementStore(engine, BillingSettings.Default with { TimeZone = new BillingZone(0) });
        Store.Open(NineUs);
        Store.Write(s => Store.ApplyCatalog(s, CatalogJson.Read(CatalogText, "", new BillingZone(0), [])!, NineUs));
        usage = new UsageArrivals(Store);
        releases = new Releases(Store, usage);
        commands = new CommandInbox(Store, releases);
        closings = new ClosingDriver(Store, releases);
    }

    protected IEngine Engine { get; }

    protected SettlementStore Store { get; }

    [Fact]
    public void A_transaction_that_is_not_committed_leaves_nothing()
    {
        using (var session = Engine.Write())
            session.Execute("store/pass-run", new { LastRunUs = long.MaxValue });

        Assert.True(Store.Read(StoreState.Of).LastRunUs < NineUs);
    }

    [Fact]
    public void A_failing_transaction_is_rolled_back_whole_and_its_error_is_thrown()
    {
        Assert.Throws<InvalidOperationException>(() => Store.Write(session =>
        {
            session.Execute("store/hold", new { AtUs = NineUs });
            throw new InvalidOperationException();
        }));

        Assert.Null(Store.Read(StoreState.Of).HeldSinceUs);
    }

    [Fact]
    public void A_plan_made_from_an_older_version_changes_nothing()
    {
        Open("a1");
        var stale = Store.Read(s => AccountReader.Find(s, "a1"))!;
        TopUp("a1", "10", "first");

        Assert.Throws<LateWriterException>(() => Store.Write(s => new PlanWriter(Store).Write(s, [PlanOf(s, stale)])));

        var account = Store.Read(s => AccountReader.Find(s, "a1"))!;
        Assert.Equal(10 * 100_000_000L, account.BalanceE8);
        Assert.Equal(2, account.Version);
        Assert.Equal(2, Store.Read(s => BillReader.Entries(s, account.AccountNo)).Count);
    }

    [Fact]
    public void The_same_event_is_stored_once_and_another_content_is_told_apart()
    {
        Open("a1");
        var counts = Ingest(Call("e1", 1), Call("e1", 1), Call("e1", 2), Call("e1", 2), Call("e2", 1));

        Assert.Equal(new IngestCounts(Accepted: 2, Duplicate: 2, NotBillable: 0, Quarantined: 1), counts);
        Assert.Equal(new IngestCounts(0, 1, 0, 0), Ingest(Call("e1", 1)));
    }

    [Fact]
    public void A_claim_has_one_holder_until_it_is_given_back()
    {
        using (var mine = Engine.TryClaim("timeline")!)
        {
            Assert.Null(Engine.TryClaim("timeline"));
            Store.Write(session => session.Execute("store/hold", new { AtUs = NineUs }), mine);
        }

        using var next = Engine.TryClaim("timeline");
        Assert.NotNull(next);
        Assert.Equal(NineUs, Store.Read(StoreState.Of).HeldSinceUs);
    }

    [Fact]
    public void What_was_done_under_a_claim_that_is_lost_by_the_commit_is_not_written()
    {
        using var lost = new LostClaim();
        Assert.Throws<ClaimLostException>(() => Store.Write(session => session.Execute("store/hold", new { AtUs = NineUs }), lost));
        Assert.Null(Store.Read(StoreState.Of).HeldSinceUs);
    }

    [Fact]
    public void Keys_compare_byte_by_byte()
    {
        Open("a1");
        Open("A1");
        var counts = Ingest(Call("e", 1), Call("E", 1), Call("é", 1), Call("e\u0301", 1));

        Assert.Equal(4, counts.Accepted);
        Assert.Equal(2, Store.Read(AccountReader.All).Count);
    }

    [Fact]
    public void A_duplicate_key_is_recognised_as_one()
    {
        Open("a1");
        var error = Assert.ThrowsAny<DbException>(() =>
        {
            using var session = Engine.Write();
            Engine.Insert(session, "Word", ["Kind", "No", "Text"], [[9L, 1L, "x"], [9L, 1L, "y"]]);
        });

        Assert.True(Engine.MayRetry(error));
    }

    [Fact]
    public void A_word_that_was_rolled_back_is_not_remembered()
    {
        using (var session = Engine.Write())
            Assert.Equal("one", Store.Words.TextOf(session, WordKind.Project, Store.Words.NumberOf(session, WordKind.Project, "one")));

        var no = Store.Write(session => Store.Words.NumberOf(session, WordKind.Project, "other"));

        Assert.Equal("other", Store.Read(session => Store.Words.TextOf(session, WordKind.Project, no)));
    }

    [Fact]
    public void An_event_for_a_closed_hour_goes_to_the_next_closing()
    {
        Open("a1");
        Ingest(Call("on time", 1));
        var run = closings.Begin(NineUs + 2 * Instant.PerHourUs)!;
        Ingest(Call("late", 1));
        closings.Settle(run, () => NineUs);
        closings.Finish(run, NineUs);

        Assert.Equal(run.ToSlot.Next, Store.Read(s => ClosingRuns.NextSlot(s, run.ToSlot)));
        Assert.Equal(1, Store.Read(s => QuarantineEntries.List(s)).Count(q => q.EventId == "on time"));
        Assert.DoesNotContain(Store.Read(s => QuarantineEntries.List(s)), q => q.EventId == "late");
    }

    [Fact]
    public void An_unfinished_run_is_found_and_settling_it_twice_does_nothing_more()
    {
        Subscribed("a1");
        Ingest(Call("e1", 3));
        var run = closings.Begin(NineUs + 2 * Instant.PerHourUs)!;
        closings.Settle(run, () => NineUs);

        Assert.Equal(run, Store.Read(ClosingRuns.Unfinished));
        Assert.Equal(0, closings.Settle(run, () => NineUs));
        closings.Finish(run, NineUs);

        Assert.Null(Store.Read(ClosingRuns.Unfinished));
        var row = Assert.Single(Store.Read(s => BillReader.Rows(s, new BillFilter())));
        Assert.Equal(3, row.Calls);
    }

    [Fact]
    public void A_run_that_stops_after_some_accounts_goes_on_with_the_others()
    {
        foreach (var account in Accounts(450))
            Subscribed(account);
        Ingest([.. Accounts(450).Select(a => Call("e", 1, a, source: a))]);
        var run = closings.Begin(NineUs + 2 * Instant.PerHourUs)!;

        Assert.Throws<OperationCanceledException>(() => closings.Settle(run, () => NineUs, (_, _) => throw new OperationCanceledException()));
        Assert.Equal(250, closings.Settle(run, () => NineUs));
        Assert.Equal(450, Store.Read(s => BillReader.Rows(s, new BillFilter())).Count);
    }

    [Fact]
    public void Accounts_that_change_after_their_closing_was_decided_ahead_are_decided_anew()
    {
        var accounts = Accounts(450).ToList();
        accounts.ForEach(Subscribed);
        Ingest([.. accounts.Select(a => Call("e", 1, a, source: a))]);

        var looks = SettleThreeBatches(() => TopUp(accounts[300], "10", "between decision and writing"));

        // The time is read for each of the three batches, again for one of them, and at the end of the part. A server may need more tries.
        Assert.True(looks >= 5, $"{looks} looks");
        Assert.Equal(450, Store.Read(s => BillReader.Rows(s, new BillFilter())).Count);
        Assert.Equal(10 * 100_000_000L, BalanceOf(accounts[300]) - BalanceOf(accounts[301]));
    }

    [Fact]
    public void A_catalog_that_comes_after_a_closing_was_decided_ahead_prices_what_is_written_after_it()
    {
        Apply(CatalogText.Replace("[\"north\"]", "[\"north\",\"south\"]", StringComparison.Ordinal));
        var accounts = Accounts(450).ToList();
        accounts.ForEach(a => Subscribed(a, "south"));
        Ingest([.. accounts.Select(a => Call("e", 1, a, source: a, region: "south"))]);

        SettleThreeBatches(() => Assert.Equal(
            200, Apply(CatalogText.Replace("[\"north\"]", "[\"north\",\"south\"]", StringComparison.Ordinal)
                .Replace("\"prices\":[", SouthPrice, StringComparison.Ordinal))));

        Assert.Equal(250, Store.Read(s => BillReader.Rows(s, new BillFilter())).Count);
        Assert.Empty(Store.Read(s => QuarantineEntries.List(s, "held")));
    }

    [Fact]
    public void A_closing_whose_deciding_fails_ends_with_the_error_and_goes_on_later()
    {
        foreach (var account in Accounts(450))
            Subscribed(account);
        Ingest([.. Accounts(450).Select(a => Call("e", 1, a, source: a))]);
        var run = closings.Begin(NineUs + 2 * Instant.PerHourUs)!;
        var looks = 0;

        Assert.Throws<InvalidTimeZoneException>(() => closings.Settle(
            run, () => Interlocked.Increment(ref looks) == 2 ? throw new InvalidTimeZoneException() : NineUs));
        Assert.Throws<ClaimLostException>(() => closings.SettlePart(run, closings.OpenParts()[0], () => NineUs, claim: new LostClaim()));
        closings.Settle(run, () => NineUs);

        Assert.Equal(450, Store.Read(s => BillReader.Rows(s, new BillFilter())).Count);
    }

    [Fact]
    public void A_closing_says_with_which_settings_it_was_made_though_others_were_recorded_beside_it()
    {
        Subscribed("a1");
        Ingest(Call("e1", 1));
        new SettlementStore(Engine, Store.Settings with { Rounding = RoundingMode.Truncate }).Open(NineUs);
        closings.Settle(closings.Begin(NineUs + 2 * Instant.PerHourUs)!, () => NineUs);

        using var session = Engine.Read();
        using var command = session.Connection.CreateCommand();
        command.CommandText = "SELECT SettingsVersion FROM Closing";
        Assert.Equal(1L, command.ExecuteScalar());
        Assert.Equal(2, Store.Read(StoreState.Of).SettingsVersion);
    }

    [Fact]
    public void The_same_command_id_does_nothing_again()
    {
        Open("a1");
        TopUp("a1", "10", "once");
        TopUp("a1", "10", "once");

        Assert.Equal(10 * 100_000_000L, Store.Read(s => AccountReader.Find(s, "a1"))!.BalanceE8);
    }

    [Fact]
    public void Notices_are_published_in_order_and_their_sequence_has_no_gaps()
    {
        Open("a1");
        Open("a2");
        TopUp("a1", "1", "t1");
        TopUp("a2", "1", "t2");

        var first = Store.Read(s => Outbox.Next(s, 3));
        Store.Write(s => Outbox.MarkPublished(s, first));
        var rest = Store.Read(s => Outbox.Next(s, 10));

        Assert.Equal([("a1", 1L), ("a1", 2L), ("a2", 1L), ("a2", 2L)], first.Concat(rest).Select(n => (n.AccountId, n.Sequence)));
        Assert.Equal(4, Store.Read(BillReader.Notices).Count);
    }

    [Fact]
    public void A_second_migration_has_nothing_to_do()
    {
        Assert.Empty(Engine.SchemaDifferences());
        Assert.Equal(0, Engine.Migrate(_ => { }));
    }

    [Fact]
    public void The_billing_zone_of_a_store_in_use_can_not_change()
    {
        Open("a1");
        Assert.Throws<StoreRefusedException>(() => new SettlementStore(Engine, BillingSettings.Default).Open(NineUs));
        new SettlementStore(Engine, Store.Settings with { Rounding = RoundingMode.Truncate }).Open(NineUs);
        Assert.Equal(2, Store.Read(StoreState.Of).SettingsVersion);
    }

    [Fact]
    public void Texts_as_long_as_they_may_be_are_stored()
    {
        var (account, package) = (Long('a'), Long('p'));
        Do($$"""{"id":"{{Long('1')}}","type":"open-account","account":"{{account}}","name":"{{Long('n')}}"}""");
        TopUp(account, "10", Long('2'));
        Do($$"""{"id":"{{Long('3')}}","type":"subscribe","account":"{{account}}","api":"passport","region":"north","resourceName":"{{Long('r')}}"}""");
        Do($$"""{"id":"{{Long('4')}}","type":"buy-package","account":"{{account}}","offer":"ten","package":"{{package}}","project":"{{Long('j')}}"}""");
        Do($$"""{"id":"{{Long('5')}}","type":"{{Long('t')}}","account":"{{account}}"}""");
        Do($$"""{"type":"{{Long('t')}}"}""");
        var call = new UsageCall(Long('s'), Long('i'), account, "passport", "north", NineUs, 200, 1, Long('j'));
        var bad = new MalformedCall(
            "count", "is wrong", new string('x', 100_000), CallHash.Text("x"), Long('s'), Long('i'), account, Long('x'), Long('y'), NineUs, 200, null,
            Long('j'));
        Ingest(Arrived(ReadEvent.Of(call)), Arrived(ReadEvent.Of(call with { Api = Long('x'), Region = Long('y') })), Arrived(ReadEvent.Of(bad)));
        var entries = Store.Read(s => QuarantineEntries.List(s));
        Store.Write(s => QuarantineEntries.Discard(s, entries, NineUs, new string('b', 300), new string('c', QuarantineEntries.MaxBecause)));
        closings.Settle(closings.Begin(NineUs + 2 * Instant.PerHourUs)!, () => NineUs);

        Assert.Equal([Long('t'), Long('t')], Store.Read(BillReader.Refusals).Select(r => r.Type));
        Assert.Equal([package], Store.Read(s => BillReader.Rows(s, new BillFilter())).Select(r => r.PackageId).Distinct());
        Assert.All(Store.Read(s => QuarantineEntries.List(s, "discarded")), e => Assert.Equal(QuarantineEntries.MaxBy, e.DecidedBy!.Length));
        AssertTextsFit();
    }

    [Fact]
    public void Malformed_events_whose_counts_are_beyond_all_numbers_are_held_like_others()
    {
        Open("a1");
        MalformedCall Bad(string id, long count) =>
            new("count", "is wrong", id, CallHash.Text(id), "agent", id, "a1", "passport", "north", NineUs, 200, count, null);
        var counts = Ingest(
            Arrived(ReadEvent.Of(Bad("e1", long.MaxValue))), Arrived(ReadEvent.Of(Bad("e2", long.MaxValue))),
            Arrived(ReadEvent.Of(Bad("e3", long.MinValue))));

        Assert.Equal(3, counts.Quarantined);
        Assert.Equal(0, Assert.Single(Store.Read(QuarantineEntries.Counts)).Calls);
        Assert.All(Store.Read(s => QuarantineEntries.List(s)), e => Assert.Null(e.ValueE8));
    }

    [Fact]
    public void Malformed_events_that_differ_only_behind_what_is_kept_of_them_are_two_and_told_of_in_two_batches()
    {
        MalformedCall Bad(string behind) => new(
            "time", "is wrong", new string('T', 20_000), CallHash.Text(behind), "agent", "e1", "a1", "passport", "north", null, 200, 1, null);
        var counts = Ingest(Arrived(ReadEvent.Of(Bad("1")))) + Ingest(Arrived(ReadEvent.Of(Bad("2")))) + Ingest(Arrived(ReadEvent.Of(Bad("2"))));

        Assert.Equal((2, 1), (counts.Quarantined, counts.Duplicate));
        Assert.Equal(2, Store.Read(s => Outbox.Next(s, 10)).Count(n => n.Name == NoticeName.UsageQuarantined));
    }

    public void Dispose()
    {
        Drop();
        GC.SuppressFinalize(this);
    }

    protected abstract void Drop();

    /// <summary>If the engine does not refuse a text that is too long for its column: asserts that there is no such text.</summary>
    protected virtual void AssertTextsFit()
    {
    }

    /// <summary>The longest id or name allowed.</summary>
    private static string Long(char last) => new string('\u9577', UsageCall.MaxTextLength - 1) + last;

    protected static Arrival Arrived(ReadEvent read) => new(read, NineUs);

    private static long Us(string text) => Instant.TryParse(text, out var us) ? us : throw new ArgumentException(text, nameof(text));

    private static IEnumerable<string> Accounts(int count) => Enumerable.Range(0, count).Select(i => $"acct-{i:D4}");

    private static Arrival Call(string id, long count, string account = "a1", string source = "agent", string region = "north") => new(
        ReadEvent.Of(new UsageCall(source, id, account, "passport", region, NineUs, 200, count, null)), NineUs);

    protected static Plan PlanOf(Session session, string accountId) => PlanOf(session, AccountReader.Find(session, accountId)!);

    private static Plan PlanOf(Session session, Account account)
    {
        var terms = new Terms(1, BillingSettings.Default, 1, CatalogJson.Read(CatalogText, "", new BillingZone(0), [])!);
        var plan = new Plan(account, terms, new StepTime(NineUs, NineUs));
        plan.Post("late writer", (Book.Balance, 1_000_000), (Book.TopUps, -1_000_000));
        plan.Tell(Notice.Of(NoticeName.BalanceLow, "late writer", NineUs, null));
        Assert.NotNull(session.Transaction);
        return plan;
    }

    protected IngestCounts Ingest(params Arrival[] arrivals) => usage.Store(arrivals);

    protected void Open(string account) => Do($$"""{"id":"open {{account}}","type":"open-account","account":"{{account}}"}""");

    private void Subscribed(string account) => Subscribed(account, "north");

    private void Subscribed(string account, string region)
    {
        Open(account);
        Do($$"""{"id":"subscribe {{account}}","type":"subscribe","account":"{{account}}","api":"passport","region":"{{region}}"}""");
    }

    /// <summary>Closes the hour of 450 accounts. Does something when the first batch is written and the others are decided.</summary>
    /// <returns>How often the time was read.</returns>
    private int SettleThreeBatches(Action meanwhile)
    {
        var run = closings.Begin(NineUs + 2 * Instant.PerHourUs)!;
        var looks = 0;
        closings.Settle(run, () => NineUs + Interlocked.Increment(ref looks), (settled, _) =>
        {
            if (settled > 200)
                return;
            SpinWait.SpinUntil(() => Volatile.Read(ref looks) == 3, TimeSpan.FromSeconds(30));
            meanwhile();
        });
        return looks;
    }

    /// <returns>How many entries it released.</returns>
    private long Apply(string catalog) => Store.Write(s =>
    {
        Assert.Empty(Store.ApplyCatalog(s, CatalogJson.Read(catalog, "", new BillingZone(0), [])!, NineUs));
        return releases.ForCatalog(s, NineUs).Released;
    });

    private long BalanceOf(string account) => Store.Read(s => AccountReader.Find(s, account))!.BalanceE8;

    private void TopUp(string account, string amount, string id) =>
        Do($$"""{"id":"{{id}}","type":"top-up","account":"{{account}}","amount":"{{amount}}"}""");

    private void Do(params string[] texts)
    {
        commands.Receive(texts, NineUs);
        commands.Apply(Store.Read(s => CommandInbox.Waiting(s, NineUs, 1000)), NineUs);
    }

    /// <summary>Another worker holds the claim by now.</summary>
    private sealed class LostClaim : WorkClaim
    {
        public override void Assert(Session session) => throw new ClaimLostException("taken over");

        protected override void Dispose(bool disposing)
        {
        }
    }
}
