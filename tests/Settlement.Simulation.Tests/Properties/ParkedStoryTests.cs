// Whatever a story's account is parked at, the other accounts' books are those of a run without the fault. So are its own after a retry, whenever the
// worker ended (2.5).

using System.Globalization;
using CsCheck;
using Settlement.Domain.Notices;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Tests;
using Settlement.Engine;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Storage.Engines;
using Settlement.Storage.Parking;
using Settlement.Storage.Quarantine;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

public sealed class ParkedStoryTests
{
    private const string Poisoned = "a1";

    /// <summary>
    /// Everything in a story waits and is transacted at its end, so that nothing an account misses while it is parked changes a transaction time.
    /// </summary>
    [Fact]
    public void Nobody_else_is_touched_and_a_retry_makes_up_for_everything()
    {
        var parked = 0;
        Property.Holds(
            Gen.Select(StoryGen.WithoutOutage.Select(OwnPackages), Gen.Int[0, 1000], Gen.Int[0, 40].Array[0, 6], Gen.Int[0, 30].Array[0, 6]),
            60,
            (story, which, crashes, retryCrashes) => parked += Holds(story, which, crashes, retryCrashes) ? 1 : 0);
        Assert.NotEqual(0, parked);
    }

    /// <returns>Whether the account was parked.</returns>
    private static bool Holds(Story story, int which, int[] crashes, int[] retryCrashes)
    {
        using var peace = new Run(story);
        var peaceful = peace.Advance([]);
        // The notices of the time line, not those sent on the arrival of its commands and usage.
        var names = peaceful.Where(l => l.IsNotice && l.Account == Poisoned).Select(l => l.Text.Split(' ')[0]).Distinct(StringComparer.Ordinal)
            .ToList();
        if (names.Count == 0)
            return false;

        using var run = new Run(story);
        run.Poison(names[which % names.Count]);
        var disturbed = run.Advance(crashes);
        Assert.Equal(peaceful.Where(l => l.IsOthers), disturbed.Where(l => l.IsOthers));
        if (run.Core.Store.Read(ParkedAccounts.All) is not [{ } parked])
        {
            Assert.Equal(peaceful, disturbed);
            return false;
        }

        Assert.Equal(Poisoned, parked.AccountId);
        Assert.Equal(parked.StepName, run.Core.Timeline.RetryParked(parked.AccountNo)!.Still!.StepName);
        Assert.Equal(disturbed, run.Snapshot());
        run.Cure();
        run.Retry(parked.AccountNo, retryCrashes);
        var resumed = run.Advance([]);
        Assert.Equal(peaceful.Where(l => l.IsOthers), resumed.Where(l => l.IsOthers));
        // Commands that name a package which the parked account had yet to buy have waited with it. They may turn out to belong to no account, and
        // the store then hears of that later than it would have.
        Assert.Equal(StoresOwn(peaceful), StoresOwn(resumed));
        Assert.Equal(peaceful.Where(l => l.Account == Poisoned).Select(l => l.Text), resumed.Where(l => l.Account == Poisoned && !l.IsParking)
            .Select(l => l.Text));
        Assert.Equal(2, resumed.Count(l => l.IsParking));
        return true;
    }

    private static IEnumerable<string> StoresOwn(List<Line> lines) =>
        lines.Where(l => l.Account.Length == 0).Select(l => l.Text).Order(StringComparer.Ordinal);

    /// <summary>
    /// If two accounts buy the same package id, the parked one comes second; so each account gets its own ids here. There is no hold: after the
    /// resume, a retry reports what waited for the hold at its own time (docs/parking.md).
    /// </summary>
    private static Story OwnPackages(Story story) => story with
    {
        Timeline = [.. story.Timeline.Where(a => a.Name != "hold").Select(a => a.Get<string>("package") is not { } package ? a
            : a with { Body = new(a.Body, StringComparer.Ordinal) { ["package"] = $"{package}-{a.Get<string>("account") ?? Poisoned}" } })],
    };

    /// <summary>
    /// A line of the books. For the poisoned account and the store it omits what two additional notices shift: versions, sequences and anything
    /// derived from them.
    /// </summary>
    private sealed record Line(string Account, bool IsNotice, string Text)
    {
        public bool IsParking =>
            IsNotice && (Text.StartsWith(NoticeName.AccountParked, StringComparison.Ordinal)
            || Text.StartsWith(NoticeName.AccountResumed, StringComparison.Ordinal));

        public bool IsOthers => Account.Length > 0 && Account != Poisoned;

        public static Line Of(string? account, bool isNotice, string text, string exact) =>
            new(account ?? "", isNotice, account is null or "" or Poisoned ? text : $"{text} {exact}");
    }

    private sealed class Run : IDisposable
    {
        private readonly TempStore temp = new();
        private readonly CrashingEngine engine;
        private readonly Story story;
        private readonly BillingSettings settings;

        public Run(Story story)
        {
            engine = new CrashingEngine(temp.Engine);
            var scenario = ScenarioReader.Read(story.Json);
            (this.story, settings) = (story, scenario.Settings);
            var core = Core;
            core.Store.Open(StoryGen.StartUs);
            core.Store.Write(session =>
                core.Store.ApplyCatalog(session, CatalogJson.Read(Story.Catalog, "", settings.TimeZone, [])!, StoryGen.StartUs));
            foreach (var action in scenario.Timeline)
            {
                if (action is CommandAction command)
                    core.Commands.Receive([command.Body], story.UntilUs);
                else if (action is UsageAction usage)
                    core.Usage.Store(
                        [.. Enumerable.Range(0, (int)usage.Story.Calls).Select(i => new Arrival(usage.Story.Maker()(i), story.UntilUs))]);
            }
        }

        /// <summary>A new worker, which knows nothing except the store.</summary>
        public SettlementCore Core => new(new SettlementStore(engine, settings), new TestClock(story.UntilUs), inScenario: true);

        /// <summary>From now on one particular notice can't be written for the account, so no step that sends it can be written either.</summary>
        public void Poison(string notice) => Sql(string.Create(CultureInfo.InvariantCulture, $"""
            CREATE TRIGGER Poison BEFORE INSERT ON Notice WHEN NEW.Name = '{notice}' AND NEW.AccountNo = (SELECT AccountNo FROM Account WHERE AccountId = '{Poisoned}')
            BEGIN SELECT RAISE(ABORT, 'poison'); END
            """));

        public void Cure() => Sql("DROP TRIGGER Poison");

        public List<Line> Advance(int[] crashes)
        {
            Do(core => core.Timeline.AdvanceTo(story.UntilUs), crashes);
            return Snapshot();
        }

        public void Retry(long accountNo, int[] crashes)
        {
            Do(core => core.Timeline.RetryParked(accountNo), crashes);
            Assert.Empty(Core.Store.Read(ParkedAccounts.All));
        }

        public List<Line> Snapshot() => Core.Store.Read(session => (List<Line>)
        [
            .. BillReader.Rows(session, new BillFilter()).Select(r => Line.Of(
                r.AccountId,
                false,
                $"{r.Kind} {r.Api}/{r.Region} {r.Project} {r.PackageId}#{r.LotNo} {r.UseStartUs}-{r.UseEndUs} {r.DueUs} {r.TransactionUs} {r.Calls} {r.Late} {r.FeeE8} {r.DeductedE8} {r.WrittenOffE8}",
                $"{r.AccountVersion} {r.Line}")),
            .. AccountReader.All(session)
                .Select(a => Line.Of(a.AccountId, false, (a with { Version = 0, NoticeCount = 0 }).ToString(), $"{a.Version} {a.NoticeCount}")),
            .. AccountReader.AllLots(session)
                .Select(l => Line.Of(l.PackageId.Split('-')[1], false, (l with { PackageNo = 0, ScopeNo = 0 }).ToString(), ""))
                .OrderBy(l => l.Text, StringComparer.Ordinal),
            .. BillReader.Notices(session).Select(n => Line.Of(n.AccountId, true, $"{n.Name} {n.AtUs} {n.Body}", $"{n.Sequence} {n.NoticeId}")),
            .. BillReader.Attempts(session).Select(a => Line.Of(a.PackageId.Split('-')[1], false, $"{a.PackageId} {a.SlotUs} {a.Renewed}", ""))
                .OrderBy(l => l.Text, StringComparer.Ordinal),
            .. QuarantineEntries.List(session)
                .Select(q => Line.Of(q.Account, false, $"held {q.Reason} {q.Source} {q.EventId} {q.TimeUs} {q.Calls} {q.ValueE8}", ""))
                .OrderBy(l => l.Text, StringComparer.Ordinal),
        ]);

        public void Dispose() => temp.Dispose();

        private void Do(Action<SettlementCore> work, int[] crashes)
        {
            foreach (var steps in crashes)
            {
                engine.CrashAfter(steps);
                try
                {
                    work(Core);
                    break;
                }
                catch (CrashException)
                {
                    // The next worker continues.
                }
            }

            engine.CrashAfter(int.MaxValue);
            work(Core);
        }

        private void Sql(string text) => Core.Store.Write(session =>
        {
            using var command = session.Connection.CreateCommand();
            command.Transaction = session.Transaction;
            command.CommandText = text;
            command.ExecuteNonQuery();
        });
    }
}
