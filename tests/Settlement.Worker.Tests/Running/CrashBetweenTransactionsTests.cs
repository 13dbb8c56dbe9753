// A worker may end between any two transactions. Here it ends where it is told to: the time line reports its progress after each transaction, and the
// report throws.

using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine;
using Settlement.Engine.Usage;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Running;

public sealed class CrashBetweenTransactionsTests : IDisposable
{
    private static readonly long StartUs = Instant.OfUs(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
    private readonly ReplayStore store = ReplayStore.Create(SmallCatalog, StartUs);

    private static string SmallCatalog => """
        {"currency":"CNY","apis":["images"],"regions":["cn-north-4"],
         "prices":[{"api":"images","region":"cn-north-4","from":"2026-01-01T00:00:00Z","tiers":[{"unitPrice":"1"}]}],"offers":[]}
        """;

    public void Dispose() => store.Dispose();

    [Fact]
    public void A_job_asked_for_is_answered_only_when_its_closing_has_begun()
    {
        Begin();
        At(121, core => core.Timeline.AdvanceTo(core.NowUs));
        At(130, core => core.Usage.Store([Call("late", 31, core)]));
        At(140, core =>
        {
            core.Commands.Receive(["""{"id":"job","type":"run-job","job":"close-hours"}"""], core.NowUs);
            core.Timeline.Progress = step => Crash(step.What == "commands");
            Assert.Throws<CrashException>(() => core.Timeline.AdvanceTo(core.NowUs, TestContext.Current.CancellationToken));
        });
        At(141, core => core.Timeline.AdvanceTo(core.NowUs));
        Assert.Equal(2, store.Count("SELECT COUNT(*) FROM Closing"));
        Assert.Equal(1, store.Count("SELECT COUNT(*) FROM Command WHERE CommandId = 'job' AND State = 'applied'"));
    }

    [Fact]
    public void A_closing_whose_worker_ended_after_the_last_account_is_not_made_a_second_time_by_a_late_event()
    {
        Begin();
        At(121, core =>
        {
            core.Timeline.Progress = step => Crash(step.What == "accounts");
            Assert.Throws<CrashException>(() => core.Timeline.AdvanceTo(core.NowUs, TestContext.Current.CancellationToken));
        });
        At(130, core =>
        {
            core.Usage.Store([Call("late", 31, core)]);
            core.Timeline.AdvanceTo(core.NowUs);
        });
        Assert.Equal(1, store.Count("SELECT COUNT(*) FROM BillRow"));
        At(181, core => core.Timeline.AdvanceTo(core.NowUs));
        Assert.Equal((2, 1), (store.Count("SELECT COUNT(*) FROM BillRow"), store.Count("SELECT COUNT(*) FROM BillRow WHERE Late = 1")));
        store.Telling().AddUp();
    }

    [Fact]
    public void A_worker_asked_to_stop_finishes_the_batch_under_way_and_the_next_one_the_closing()
    {
        Begin(accounts: 450);
        At(121, core =>
        {
            using var stop = new CancellationTokenSource();
            core.Timeline.Progress = _ => stop.Cancel();
            Assert.Throws<OperationCanceledException>(() => core.Timeline.AdvanceTo(core.NowUs, stop.Token));
        });
        Assert.Equal(200, store.Count("SELECT COUNT(*) FROM Closing"));
        At(122, core => core.Timeline.AdvanceTo(core.NowUs));
        Assert.Equal(450, store.Count("SELECT COUNT(*) FROM Closing"));
        store.Telling().AddUp();
    }

    private static void Crash(bool now)
    {
        if (now)
            throw new CrashException();
    }

    private static Arrival Call(string id, int minute, SettlementCore core, string account = "a") => new(
        ReadEvent.Of(new UsageCall("gw", id, account, "images", "cn-north-4", StartUs + (minute * 60 * Instant.PerSecondUs), 200, 1, null)),
        core.NowUs);

    /// <summary>Opens accounts and delivers a call for each: made at 08:30, delivered at 08:40.</summary>
    private void Begin(int accounts = 1)
    {
        string[] names = ["a", .. Enumerable.Range(1, accounts - 1).Select(n => $"a{n}")];
        At(10, core =>
        {
            core.Commands.Receive([.. names.SelectMany(Opening)], core.NowUs);
            core.Timeline.AdvanceTo(core.NowUs);
        });
        At(40, core => core.Usage.Store([.. names.Select(name => Call("timely-" + name, 30, core, name))]));
    }

    private static string[] Opening(string account) =>
    [
        $$"""{"id":"open-{{account}}","type":"open-account","account":"{{account}}"}""",
        $$"""{"id":"subscribe-{{account}}","type":"subscribe","account":"{{account}}","api":"images","region":"cn-north-4"}""",
    ];

    private void At(int minute, Action<SettlementCore> work) => store.Work(StartUs + (minute * 60 * Instant.PerSecondUs), work);

    private sealed class CrashException : Exception;
}
