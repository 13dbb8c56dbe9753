// Releasing from quarantine in pieces gives the same result as releasing everything at once, wherever the worker ends, whichever answer is lost, and
// whatever falls due meanwhile (7.3, 2.4).

using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Bills;
using Settlement.Storage.Quarantine;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

public sealed class ReleaseTests
{
    private const int Whole = 1000;
    private const int Pieces = 3;
    private static readonly long StartUs = Instant.OfUs(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));

    /// <summary>How a worker ends.</summary>
    public enum End
    {
        AtAWrite,
        AfterACommit,
        WithoutTheAnswer,
    }

    [Fact]
    public void The_books_are_the_same_to_the_last_row_as_those_of_a_release_at_one_go()
    {
        var whole = Books(Whole, engine => { });
        // From one region, what was held at the first closing, which is late; from both, what was not due yet.
        Assert.Equal([" late 0", " late 0", " late 1"], whole.Where(line => line.StartsWith("row ", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf(" late ", StringComparison.Ordinal)..][..7]).Order(StringComparer.Ordinal));
        Assert.Equal(whole, Books(Pieces, engine => { }));
        Assert.Equal(whole, Books(1, engine => { }));
    }

    [Theory]
    [InlineData(End.AtAWrite)]
    [InlineData(End.AfterACommit)]
    [InlineData(End.WithoutTheAnswer)]
    public void Whatever_commit_the_worker_ends_at_the_next_one_goes_on_where_it_was(End end)
    {
        var whole = Books(Whole, engine => { });
        for (var at = 1; ; at++)
        {
            var (step, met) = (0, false);
            var books = Books(Pieces, engine =>
            {
                if (end == End.AtAWrite)
                    engine.CrashAfter(met ? int.MaxValue : at - 1);
                engine.Committed = end == End.AtAWrite ? null : () =>
                {
                    if (++step != at)
                        return;
                    met = true;
                    throw end == End.AfterACommit ? new CrashException() : new AnswerLostException();
                };
            }, () => met = true);
            Assert.True(
                whole.SequenceEqual(books), $"{end} {at}:\n{string.Join('\n', whole.Except(books).Concat(["but"]).Concat(books.Except(whole)))}");
            if (!met)
            {
                Assert.True(at > 20, $"{at} steps");
                return;
            }
        }
    }

    private static string Catalog(string regions, string price) => $$"""
        {"currency":"CNY","apis":["images"],"regions":[{{regions}}],"prices":[{"api":"images","region":"north","from":"2026-01-01T00:00:00Z","tiers":[{"unitPrice":"1"}]}{{price}}],"offers":[]}
        """;

    /// <summary>
    /// Calls in two hours: of an account that has not been opened, of a region without a price, and of a region that the catalog lacks. The first
    /// hour closes; then the account is opened, and a catalog supplies what was missing. Returns what is stored, except for anything that depends
    /// only on the number of transactions.
    /// </summary>
    private static string[] Books(int piece, Action<CrashingEngine> arm, Action? met = null)
    {
        using var temp = new TempStore();
        var engine = new CrashingEngine(temp.Engine);
        var store = new Worked(engine, piece, met);
        store.Do(0, core =>
        {
            core.Store.Open(StartUs);
            Apply(core, Catalog("\"north\",\"south\"", ""));
            core.Commands.Receive([Open("known"), Subscribe("known", "south")], core.NowUs);
            core.Timeline.AdvanceTo(core.NowUs);
        });
        store.Do(119, core =>
            core.Usage.Store([.. Calls("new", "north", 27, core), .. Calls("known", "south", 12, core), .. Calls("known", "west", 7, core)]));
        store.Do(125, core => core.Timeline.AdvanceTo(core.NowUs));
        arm(engine);
        store.Do(130, core => core.Commands.Receive([Open("new"), Subscribe("new", "north", ",\"at\":\"2026-03-01T09:00:00Z\"")], core.NowUs));
        store.Do(131, core => Apply(core, Catalog("\"north\",\"south\",\"west\"", ",{\"api\":\"images\",\"region\":\"south\",\"from\":\"2026-01-01T00:00:00Z\",\"tiers\":[{\"unitPrice\":\"2\"}]}")));
        store.Do(300, core => core.Timeline.AdvanceTo(core.NowUs));
        engine.Committed = null;
        engine.CrashAfter(int.MaxValue);
        store.Do(301, core => core.Timeline.AdvanceTo(core.NowUs));
        using var session = engine.Read();
        return Lines(session);
    }

    private static string Open(string account) => $$"""{"id":"open-{{account}}","type":"open-account","account":"{{account}}"}""";

    private static string Subscribe(string account, string region, string at = "") =>
        $$"""{"id":"subscribe-{{account}}","type":"subscribe","account":"{{account}}","api":"images","region":"{{region}}"{{at}}}""";

    private static IEnumerable<Arrival> Calls(string account, string region, int count, SettlementCore core) =>
        Enumerable.Range(0, count).Select(i => new Arrival(
        ReadEvent.Of(
            new UsageCall("gw", $"{account}-{region}-{i}", account, "images", region, StartUs + (i % 3 * 55 * 60 * Instant.PerSecondUs), 200, 1
            + i % 3, null)), core.NowUs));

    private static void Apply(SettlementCore core, string catalog)
    {
        var begun = core.Store.Write(session =>
        {
            Assert.Empty(
                core.Store.ApplyCatalog(session, Domain.Pricing.CatalogJson.Read(catalog, "", BillingSettings.Default.TimeZone, [])!, core.NowUs));
            return core.Releases.ForCatalog(session, core.NowUs);
        });
        core.Releases.Finish(begun);
    }

    private static string[] Lines(Session session) =>
    [
        .. BillReader.Rows(session, new BillFilter()).Select(r => $"row {r.AccountId} {r.AccountVersion} {r.Line} {r.Region} {r.UseStartUs}-{r.UseEndUs} {r.DueUs} {r.Calls} late {r.Late} {r.FeeE8}"),
        .. Storage.Accounts.AccountReader.All(session).Select(a => a.ToString()),
        .. BillReader.Notices(session).Select(n => $"{n.AccountNo} {n.Sequence} {n.NoticeId} {n.Name} {n.AtUs} {n.Body}"),
        .. new[] { "held", "released" }.SelectMany(state => QuarantineEntries.List(session, state))
            .Select(q => $"{q.State} {q.Reason} {q.EventId} {q.TimeUs} {q.Calls} {q.ValueE8} {q.DecidedBy} {q.DecidedUs}")
                .Order(StringComparer.Ordinal),
    ];

    /// <summary>A store, with workers that repeat a piece of work until it is done. Each worker starts with nothing except what is stored.</summary>
    private sealed class Worked(CrashingEngine engine, int piece, Action? met)
    {
        public void Do(int minute, Action<SettlementCore> work)
        {
            while (!TryDo(StartUs + (minute * 60 * Instant.PerSecondUs), work))
            {
                met?.Invoke();
                engine.CrashAfter(int.MaxValue);
            }
        }

        private bool TryDo(long nowUs, Action<SettlementCore> work)
        {
            try
            {
                work(new SettlementCore(new SettlementStore(engine, BillingSettings.Default), new TestClock(nowUs), entriesPerRelease: piece));
                return true;
            }
            catch (CrashException)
            {
                return false;
            }
        }
    }
}
