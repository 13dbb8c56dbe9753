// A worker may end at any write, between transactions or within one, and two workers may do the same work at the same time. The result is always the
// same.

using System.Text.RegularExpressions;
using CsCheck;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Tests;
using Settlement.Engine;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Storage.Engines;
using Settlement.Storage.Quarantine;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

public partial class CrashTests
{
    [Fact]
    public void A_worker_that_ends_at_any_write_goes_on_where_it_was() => Property.Holds(
        Gen.Select(StoryGen.WithoutOutage, Gen.Int[0, 60].Array[1, 12]), 60, (story, crashes) =>
            Assert.Equal(Result(story, []), Result(story, crashes)));

    [Fact]
    public void Two_at_the_same_work_do_it_once() =>
        Property.Holds(StoryGen.WithoutOutage, 40, story => Assert.Equal(Result(story, []), ResultOfTwo(story)));

    /// <summary>
    /// It makes no difference whether everything that falls due for an account in a span is done together, or everything is done instant by instant:
    /// the books are the same to the last row, notice and sequence. Only numbers that nobody sees are in a different order.
    /// </summary>
    [Fact]
    public void In_spans_it_comes_to_what_it_comes_to_instant_by_instant() =>
        Property.Holds(StoryGen.WithoutOutage, 150, story => Assert.Equal(WithoutNumbers(ByInstant(story)), WithoutNumbers(Result(story, []))));

    private static string[] ByInstant(Story story)
    {
        using var temp = new TempStore();
        var timeline = Core(story, temp.Engine, Receive(story, temp.Engine)).Timeline;
        while (timeline.Next(story.UntilUs)?.AtUs is { } dueUs)
            timeline.AdvanceTo(dueUs);
        timeline.AdvanceTo(story.UntilUs);
        using var session = temp.Engine.Read();
        return Snapshot(session);
    }

    private static IEnumerable<string> WithoutNumbers(string[] snapshot) => snapshot.Select(line => Numbers().Replace(line, "${what} = n"));

    [GeneratedRegex("(?<what>PackageNo|ScopeNo) = [0-9]+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Numbers();

    /// <summary>
    /// Everything that was sent is waiting at startup (2.4). Then time passes, while the worker ends as often as there are crashes.
    /// </summary>
    private static string[] Result(Story story, int[] crashes)
    {
        using var temp = new TempStore();
        var engine = new CrashingEngine(temp.Engine);
        var settings = Receive(story, engine);
        foreach (var steps in crashes)
        {
            engine.CrashAfter(steps);
            try
            {
                Core(story, engine, settings).Timeline.AdvanceTo(story.UntilUs);
                break;
            }
            catch (CrashException)
            {
                // The next worker starts with nothing except the store.
            }
        }

        engine.CrashAfter(int.MaxValue);
        Core(story, engine, settings).Timeline.AdvanceTo(story.UntilUs);
        using var session = engine.Read();
        return Snapshot(session);
    }

    private static string[] ResultOfTwo(Story story)
    {
        using var temp = new TempStore();
        var settings = Receive(story, temp.Engine);
        // Locks of the file system keep the workers apart; a throw-away store would have none.
        Parallel.For(0, 2, _ =>
        {
            using var engine = new SqliteEngine($"Data Source={temp.Engine.File}");
            Core(story, engine, settings).Timeline.AdvanceTo(story.UntilUs);
        });
        using var session = temp.Engine.Read();
        return Snapshot(session);
    }

    private static BillingSettings Receive(Story story, IEngine engine)
    {
        var scenario = ScenarioReader.Read(story.Json);
        var core = Core(story, engine, scenario.Settings);
        core.Store.Open(StoryGen.StartUs);
        core.Store.Write(session =>
            core.Store.ApplyCatalog(session, CatalogJson.Read(Story.Catalog, "", scenario.Settings.TimeZone, [])!, StoryGen.StartUs));
        foreach (var action in scenario.Timeline)
        {
            if (action is CommandAction command)
                core.Commands.Receive([command.Body], story.UntilUs);
            else if (action is UsageAction usage)
                core.Usage.Store([.. Enumerable.Range(0, (int)usage.Story.Calls).Select(i => new Arrival(usage.Story.Maker()(i), story.UntilUs))]);
        }

        return scenario.Settings;
    }

    private static SettlementCore Core(Story story, IEngine engine, BillingSettings settings) =>
        new(new SettlementStore(engine, settings), new TestClock(story.UntilUs), inScenario: true);

    private static string[] Snapshot(Session session)
    {
        var rows = BillReader.Rows(session, new BillFilter()).Select(r =>
            $"{r.AccountId} {r.AccountVersion} {r.Line} {r.Kind} {r.Api}/{r.Region} {r.Project} {r.PackageId}#{r.LotNo} {r.UseStartUs}-{r.UseEndUs} {r.DueUs} {r.Calls} {r.Late} {r.FeeE8} {r.DeductedE8} {r.WrittenOffE8}");
        var accounts = AccountReader.All(session).Select(a => a.ToString());
        var lots = AccountReader.AllLots(session).Select(l => l.ToString());
        var notices = BillReader.Notices(session).Select(n => $"{n.AccountNo} {n.Sequence} {n.NoticeId} {n.Name} {n.AtUs} {n.Body}");
        var attempts = BillReader.Attempts(session).Select(a => $"{a.PackageId} {a.SlotUs} {a.Renewed}");
        var held = QuarantineEntries.List(session).Select(q => $"held {q.Reason} {q.Source} {q.EventId} {q.TimeUs} {q.Calls} {q.ValueE8}")
            .Order(StringComparer.Ordinal);
        return [.. rows, .. accounts, .. lots, .. notices, .. attempts, .. held];
    }
}
