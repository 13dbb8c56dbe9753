using Microsoft.Extensions.Time.Testing;
using Settlement.Domain.Usage;
using Settlement.Engine.Closings;
using Settlement.Engine.Commands;
using Settlement.Engine.Lifecycle;
using Settlement.Engine.Usage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Engines;
using Settlement.Storage.Quarantine;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

/// <summary>How often a transaction is tried, what a session may do, and what a copy for a dry run contains.</summary>
public abstract partial class StorageContract
{
    [Fact]
    public void A_session_for_reading_refuses_to_write()
    {
        Assert.Throws<InvalidOperationException>(() => Store.Read(s => s.Execute("store/hold", new { AtUs = NineUs })));
        Assert.Throws<InvalidOperationException>(() => Store.Read(s => s.ExecuteEach("store/hold", new[] { new { AtUs = NineUs } })));
        Assert.Null(Store.Read(StoreState.Of).HeldSinceUs);
    }

    [Fact]
    public void A_transaction_that_fails_for_a_minute_is_not_tried_again()
    {
        var clock = new FakeTimeProvider();
        var tries = 0;
        var store = new SettlementStore(Engine, Store.Settings, clock);

        Assert.Throws<LateWriterException>(() => store.Write((Action<Session>)(_ =>
        {
            tries++;
            clock.Advance(TimeSpan.FromSeconds(25));
            throw new LateWriterException("as always");
        })));

        Assert.Equal(3, tries);
    }

    [Fact]
    public void A_process_that_is_ending_tries_nothing_again()
    {
        var tries = 0;
        var store = new SettlementStore(Engine, Store.Settings);
        store.NoMoreTries();

        Assert.Throws<LateWriterException>(() => store.Write((Action<Session>)(_ => throw new LateWriterException($"try {++tries}"))));

        Assert.Equal(1, tries);
    }

    [Fact]
    public void What_is_to_come_is_copied_with_everything_that_is_not_there()
    {
        WithMoney("10", "a1", "a2");
        Subscribed("a3");
        Do(Buy("a1", "p1"), """{"id":"alert","type":"set-alert","account":"a2","balanceBelow":"5"}""");
        Ingest(Call("e1", 3, "a3"), Call("e2", 2, "a2"));
        commands.Receive(["""{"id":"waits","type":"top-up","account":"a1","amount":"7"}"""], NineUs);
        using var file = new SqliteEngine($"Data Source={Path.Combine(Directory.CreateTempSubdirectory("settlement-copy-").FullName, "copy.db")}",
            durable: false);
        file.Migrate(_ => { });

        StoreCopy.OfWhatIsToCome(Engine, file);

        var copy = new SettlementStore(file, Store.Settings);
        Assert.Equal(Store.Read(AccountReader.All), copy.Read(AccountReader.All));
        Assert.Equal(["waits"], copy.Read(s => CommandInbox.Waiting(s, NineUs, 10)).Select(c => c.CommandId));
        Assert.Equal(Store.Read(AgendaSteps.NextDueUs), copy.Read(AgendaSteps.NextDueUs));
        Assert.Equal(BooksAfterClosing(Store), BooksAfterClosing(copy));
    }

    [Fact]
    public void What_no_lot_covers_is_held_whole_and_once_however_many_events_it_is()
    {
        WithMoney("5", "a1");
        // Ten calls of the first events are covered by the package; the rest is not subscribed. All are at three instants, from three sources whose
        // names sort differently from their numbers.
        Do(Buy("a1", "p1", """ "autoRenew":false, """), """{"id":"no more","type":"unsubscribe","account":"a1","api":"passport","region":"north"}""");
        var calls = Enumerable.Range(0, 9_001)
            .Select(i => new UsageCall($"s{9 - (i % 3)}", $"e{i:D5}", "a1", "passport", "north", NineUs + i / 4_000, 200, 1 + i % 3, null)).ToList();
        foreach (var chunk in calls.Chunk(3_000))
            Ingest([.. chunk.Select(c => Arrived(ReadEvent.Of(c)))]);

        var run = closings.Begin(NineUs + 2 * Domain.Time.Instant.PerHourUs)!;
        closings.Settle(run, () => NineUs);

        var covered = 10L;
        var expected = new List<(string, long)>();
        foreach (var call in calls.OrderBy(c => c.TimeUs).ThenBy(c => c.Source, StringComparer.Ordinal).ThenBy(c => c.Id, StringComparer.Ordinal))
        {
            var drawn = Math.Min(covered, call.Count);
            covered -= drawn;
            if (call.Count > drawn)
                expected.Add(($"{call.Source} {call.Id}", call.Count - drawn));
        }

        var held = Store.Read(s => QuarantineEntries.List(s)).OrderBy(q => q.TimeUs).ThenBy(q => q.Source, StringComparer.Ordinal)
            .ThenBy(q => q.EventId, StringComparer.Ordinal);
        Assert.Equal(expected, held.Select(q => ($"{q.Source} {q.EventId}", q.Calls)));
    }

    [Theory]
    [InlineData("""{"type":"open-account"}""", true)]
    [InlineData("""{"type":"open\u002daccount"}""", true)]
    [InlineData("""{"type":"hold","reason":"open-account"}""", false)]
    [InlineData("""{"type":["open-account"]}""", false)]
    public void An_account_is_opened_by_the_type_of_a_command_however_it_is_spelt(string body, bool opens) =>
        Assert.Equal(opens, CommandInbox.OpensAccount(body));

    /// <summary>What the hour leaves for every account.</summary>
    private static IEnumerable<(string, long, long)> BooksAfterClosing(SettlementStore store)
    {
        var closing = new ClosingDriver(store, new Releases(store, new UsageArrivals(store)));
        closing.Settle(closing.Begin(NineUs + 2 * Domain.Time.Instant.PerHourUs)!, () => NineUs);
        return store.Read(AccountReader.All).Select(a => (a.AccountId, a.BalanceE8, a.NoticeCount));
    }
}
