// What opening an account or applying a catalog releases from quarantine: the first entries at once, the rest in pieces that block nobody, and all of
// it before the next closing (7.3).

using Settlement.Domain.Pricing;
using Settlement.Domain.Time;
using Settlement.Engine.Closings;
using Settlement.Engine.Commands;
using Settlement.Engine.Usage;
using Settlement.Storage.Bills;
using Settlement.Storage.Notices;
using Settlement.Storage.Quarantine;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

public abstract partial class StorageContract
{
    private const int Piece = Releases.EntriesPerPiece;
    private const int Many = 2 * Piece + 100;

    [Fact]
    public void Many_calls_of_an_account_that_is_opened_are_released_in_pieces_and_usage_is_stored_between_them()
    {
        HoldMany("a1");
        Assert.Equal(Many, HeldCount());

        Subscribed("a1");
        Assert.Equal(Many - Piece, HeldCount());
        Assert.Equal(1, Ingest(Call("between", 1)).Accepted);
        Assert.True(releases.Step());
        Assert.Equal(Many - 2 * Piece, HeldCount());
        Assert.Equal(1, Ingest(Call("between too", 1)).Accepted);
        Assert.True(releases.Step());
        Assert.Equal(0, HeldCount());
        Assert.False(releases.Step());
        Assert.Null(Store.Read(Releases.WaitingSinceUs));
    }

    [Fact]
    public void No_hour_closes_before_all_that_was_set_free_is_stored()
    {
        HoldMany("a1");
        Subscribed("a1");
        Assert.Equal(NineUs, Store.Read(Releases.WaitingSinceUs));

        var run = closings.Begin(NineUs + 2 * Instant.PerHourUs)!;
        Assert.Equal(0, HeldCount());
        closings.Settle(run, () => NineUs);

        var row = Assert.Single(Store.Read(s => BillReader.Rows(s, new BillFilter())));
        Assert.Equal((Many, 0L), (row.Calls, row.Late));
    }

    [Fact]
    public void A_closing_that_begins_as_an_account_is_opened_waits_for_what_that_sets_free()
    {
        HoldMany("a1");
        Subscribed("a2");
        Ingest(Call("e", 1, "a2"));
        // Another worker receives the command after this one has found nothing to wait for.
        var late = new Releases(Store, usage);
        var opened = 0;
        var other = new ClosingDriver(
            new SettlementStore(new BeforeWrite(Engine, () => { if (opened++ == 0) Subscribed("a1"); }), Store.Settings), late);
        other.Settle(other.Begin(NineUs + 2 * Instant.PerHourUs)!, () => NineUs);

        Assert.Equal([1, (long)Many], Store.Read(s => BillReader.Rows(s, new BillFilter())).Select(r => r.Calls!.Value).Order());
    }

    [Fact]
    public void What_a_catalog_supplies_is_released_in_pieces_and_what_it_does_not_is_left_and_passed_over_once()
    {
        Open("a1");
        Ingest([.. Enumerable.Range(0, Many).Select(i => Call($"n{i}", 1, region: i % 2 == 0 ? "south" : "west"))]);
        var begun = Store.Write(s =>
        {
            Assert.Empty(
                Store.ApplyCatalog(s,
                CatalogJson.Read(CatalogText.Replace("[\"north\"]", "[\"north\",\"south\"]", StringComparison.Ordinal), "", new BillingZone(0), [])!,
                NineUs));
            return releases.ForCatalog(s, NineUs);
        });

        Assert.Equal(Piece / 2, begun.Released);
        Assert.Equal(Many / 2, releases.Finish(begun));
        Assert.Equal(Many / 2, HeldCount());
        Assert.All(Store.Read(s => QuarantineEntries.List(s)), e => Assert.Equal("west", e.Region));
        Assert.All(Store.Read(s => QuarantineEntries.List(s, "released")), e => Assert.Equal(("catalog", NineUs), (e.DecidedBy, e.DecidedUs!.Value)));
    }

    [Fact]
    public void Two_at_the_same_release_release_each_call_once()
    {
        HoldMany("a1");
        Subscribed("a1");
        Parallel.For(0, 2, Options, _ => new Releases(Store, new UsageArrivals(Store)).Finish());

        closings.Settle(closings.Begin(NineUs + 2 * Instant.PerHourUs)!, () => NineUs);
        Assert.Equal(Many, Assert.Single(Store.Read(s => BillReader.Rows(s, new BillFilter()))).Calls);
    }

    [Fact]
    public void A_million_of_them_take_a_transaction_a_thousand_and_each_looks_at_no_more_than_it_releases()
    {
        HoldMany("a1");
        var transactions = 0;
        var counted = new SettlementStore(new BeforeWrite(Engine, () => transactions++), Store.Settings);
        var theirs = new Releases(counted, new UsageArrivals(counted));
        new CommandInbox(counted, theirs).Receive(["""{"id":"open","type":"open-account","account":"a1"}"""], NineUs);
        theirs.Finish(cancel: TestContext.Current.CancellationToken);

        Assert.Equal(3, transactions);
        Assert.Equal(0, HeldCount());
    }

    /// <summary>
    /// On SQLite, writers take turns anyway. On a server, the second writer would find that the version of the store's account has changed.
    /// </summary>
    [Fact]
    public void Workers_that_hold_calls_of_unknown_accounts_at_once_do_not_do_their_batches_again()
    {
        const int Batches = 20;
        var transactions = 0;
        Parallel.For(0, 4, Options, worker =>
        {
            var theirs = new SettlementStore(new BeforeWrite(Engine, () => Interlocked.Increment(ref transactions)), Store.Settings);
            var intake = new UsageArrivals(theirs);
            for (var batch = 0; batch < Batches; batch++)
                intake.Store([Call($"{worker} {batch}", 1, $"nobody {worker} {batch}")]);
        });

        Assert.Equal(4 * Batches, transactions);
        Assert.Equal(Enumerable.Range(1, 4 * Batches).Select(n => (long)n), Store.Read(s => Outbox.Next(s, 1000)).Where(n => n.AccountNo == 0)
            .Select(n => n.Sequence));
    }

    private static ParallelOptions Options => new() { CancellationToken = TestContext.Current.CancellationToken };

    private void HoldMany(string account)
    {
        for (var first = 0; first < Many; first += Piece)
            Ingest([.. Enumerable.Range(first, Math.Min(Piece, Many - first)).Select(i => Call($"e{i}", 1, account))]);
    }

    private int HeldCount() => Store.Read(s => QuarantineEntries.HeldNos(s)).Count;
}
