using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Engine.Spans;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Storage.Tests.Contract;
using Settlement.Worker.Simulating;
using Settlement.Worker.Tests.Auditing;
using Xunit;
using ReadEvent = Settlement.Domain.Usage.ReadEvent;

namespace Settlement.Worker.Tests.Replay;

/// <summary>Two workers on one database of a T-SQL engine share a catch-up of days and one 03:00 between them; the books are those of one worker on SQLite.</summary>
public sealed class SharedSpanTests
{
    private const int Accounts = 36;
    private const int Seed = 20261128;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Every span is recorded and has six parts.</summary>
    private static readonly SpanSize Small = new(AccountsPerPart: Accounts / 6, FewSteps: -1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_workers_share_a_catch_up_and_the_attempts_at_three_and_each_does_a_part()
    {
        var server = TestSqlServer.Need();
        var nowUs = ReplayStore.NowUs;
        var story = new Fortnight(Accounts, Seed, nowUs);
        using var alone = FortnightBooks.Create(story, durable: false);
        using var shared = FortnightBooks.Create(story, server: server);
        alone.Work(nowUs, core => Arrive(core, story, nowUs));
        shared.Work(nowUs, core => Arrive(core, story, nowUs));
        var threeUs = story.StartUs + (6 * Instant.PerDayUs) + (3 * Instant.PerHourUs);
        foreach (var (untilUs, what) in new[] { (threeUs - 1, "accounts"), (threeUs, "lifecycle"), (nowUs, "accounts") })
        {
            alone.Work(nowUs, core => core.Timeline.AdvanceTo(untilUs));
            await TwoAsync(shared.ConnectionString, nowUs, untilUs, what);
        }

        Assert.True(shared.Count($"SELECT COUNT(*) FROM Renewal WHERE SlotUs = {threeUs}") >= 5);
        Assert.Equal(0, shared.Count("SELECT COUNT(*) FROM Span WHERE DoneUs IS NULL"));
        shared.Telling().AddUp();
        FortnightBooks.RenewsAsRuled(shared);
        Telling.Same(alone.Read(FortnightBooks.Tell), shared.Read(FortnightBooks.Tell));
    }

    private static void Arrive(SettlementCore core, Fortnight story, long nowUs)
    {
        foreach (var chunk in story.Commands.Chunk(1_000))
            core.Commands.Receive([.. chunk.Select(c => c.Json)], nowUs);
        foreach (var chunk in story.Calls.Chunk(5_000))
            core.Usage.Store([.. chunk.Select(c => new Arrival(ReadEvent.Of(c), nowUs))]);
    }

    /// <summary>Each waits in its first transaction of a kind until the other has done one, too: so it fails if one of them is left out.</summary>
    private static async Task TwoAsync(string connection, long nowUs, long untilUs, string what)
    {
        using var first = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        await Task.WhenAll(
            Task.Factory.StartNew(() => Work(first, second), Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default),
            Task.Factory.StartNew(() => Work(second, first), Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        Assert.True(first.IsSet && second.IsSet);

        void Work(ManualResetEventSlim mine, ManualResetEventSlim other)
        {
            using var engine = new SqlServerEngine(connection);
            var store = new SettlementStore(engine, FortnightBooks.Settings);
            store.Open(nowUs);
            var core = new SettlementCore(store, new TestClock(nowUs), spanSize: Small);
            core.Timeline.Progress = step =>
            {
                if (step.What != what)
                    return;
                mine.Set();
                Assert.True(other.Wait(Patience, Cancel), $"The other worker has done no '{what}' for {Patience}, until {Instant.ToUtc(untilUs):o}.");
            };
            core.Timeline.AdvanceTo(untilUs, Cancel);
        }
    }
}
