using System.Globalization;
using Settlement.Domain.Ledger;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Tests.Contract;
using Settlement.Worker.Simulating;
using Settlement.Worker.Tests.Auditing;
using Xunit;
using Told = Settlement.Contracts;

namespace Settlement.Worker.Tests.Replay;

/// <summary>What a fortnight leaves in a store, and what one process makes of it without a crash.</summary>
internal static class FortnightBooks
{
    private const int CommandsPerMessage = 10;
    private const int EventsPerMessage = 40;

    public static readonly BillingSettings Settings = ReplayStore.Settings with { EveryLevel = new LevelDays(
        new ArrearsDays(2, 3), new ArrearsDays(2, 3)) };

    /// <summary>What is compared beyond <see cref="Telling.Tell"/>, without numbers given on arrival and times of transaction.</summary>
    private static readonly string[] More =
    [
        "SELECT p.PackageId, r.LotNo, r.SlotUs, r.Renewed, r.ShortfallE8 FROM Renewal AS r JOIN Package AS p ON p.PackageNo = r.PackageNo ORDER BY 1, 2, 3",
        "SELECT PackageId, Offer, Term, FirstStartUs, AutoRenew, AutoRenewSinceUs, DaysBefore FROM Package ORDER BY 1",
        """
        SELECT o.AccountId, a.Text, s.StartUs, s.EndUs, c.ResourceName, c.OnPackages, c.PackageLowTold
        FROM Subscription AS s JOIN Scope AS c ON c.ScopeNo = s.ScopeNo JOIN Account AS o ON o.AccountNo = c.AccountNo
        JOIN Word AS a ON a.Kind = 1 AND a.No = c.ApiNo ORDER BY 1, 2, 3
        """,
        """
        SELECT o.AccountId, a.Text, m.Month, m.Calls
        FROM MonthUse AS m JOIN Scope AS c ON c.ScopeNo = m.ScopeNo JOIN Account AS o ON o.AccountNo = c.AccountNo
        JOIN Word AS a ON a.Kind = 1 AND a.No = c.ApiNo ORDER BY 1, 2, 3
        """,
        "SELECT AccountId, ArrearsSinceUs, BalanceBelowE8, BalanceLowTold, LowPackagePercent FROM Account WHERE AccountNo > 0 ORDER BY 1",
        """
        SELECT a.AccountId, r.DueUs, c.AccountVersion
        FROM Closing AS c JOIN Account AS a ON a.AccountNo = c.AccountNo JOIN Run AS r ON r.ToSlot = c.ToSlot ORDER BY 1, 2
        """,
        "SELECT CommandId, Type, AtUs, State, Code FROM Command ORDER BY 1",
        """
        SELECT a.AccountId, n.Sequence, n.NoticeId, n.Name, n.AtUs, n.PackageId
        FROM Notice AS n JOIN Account AS a ON a.AccountNo = n.AccountNo WHERE a.AccountNo > 0 ORDER BY 1, 2
        """,
        "SELECT DueUs, Kind FROM Agenda",
    ];

    public static ReplayStore Create(Fortnight story, bool durable = true, TestSqlServer? server = null)
    {
        var store = ReplayStore.Create(Fortnight.Catalog(), story.StartUs, Settings, durable, server);
        store.Work(story.StartUs, core =>
        {
            core.Commands.Receive(story.Before, core.NowUs);
            core.Timeline.ApplyCommands(core.NowUs);
        });
        return store;
    }

    public static IEnumerable<string> CommandBodies(Fortnight story) =>
        story.Commands.Chunk(CommandsPerMessage).Select(c => $"[{string.Join(',', c.Select(x => x.Json))}]");

    public static IEnumerable<byte[]> UsageBodies(Fortnight story) =>
        story.Calls.Chunk(EventsPerMessage).Select(chunk => new Told.UsageEvents([.. chunk.Select(c =>
        new Told.UsageEvent
        {
            Id = c.Id, Source = c.Source, Account = c.Account, Api = c.Api, Region = c.Region, Time = Instant.ToUtc(c.TimeUs), Status = c.Status,
            Count = c.Count, Project = c.Project,
        })]).ToUtf8Bytes());

    /// <summary>After an outage of the whole fortnight: everything is stored, then caught up.</summary>
    public static ReplayStore AfterTheOutage(Fortnight story, long nowUs)
    {
        var store = Create(story, durable: false);
        store.Work(nowUs, core =>
        {
            foreach (var chunk in story.Commands.Chunk(1_000))
                core.Commands.Receive([.. chunk.Select(c => c.Json)], nowUs);
            foreach (var chunk in story.Calls.Chunk(5_000))
                core.Usage.Store([.. chunk.Select(c => new Arrival(Domain.Usage.ReadEvent.Of(c), nowUs))]);
            core.Timeline.AdvanceTo(nowUs);
            Assert.Null(core.Timeline.Next(nowUs + Instant.PerDayUs)?.AtUs);
        });
        HasHappened(store);
        return store;
    }

    /// <summary>
    /// A worker that never stopped: each command and call arrives at its own instant, and what falls due is done when it falls due.
    /// </summary>
    public static List<string> NeverStopped(Fortnight story, long nowUs)
    {
        using var store = Create(story, durable: false);
        store.Work(story.StartUs, core =>
        {
            var clock = (TestClock)core.Clock;
            var arriving = story.Commands.ToLookup(c => c.AtUs, c => c.Json);
            var calls = story.Calls.ToLookup(c => c.TimeUs);
            foreach (var atUs in arriving.Select(c => c.Key).Union(calls.Select(c => c.Key)).Order())
            {
                clock.Pass(core.Timeline, atUs - 1);
                clock.NowUs = atUs;
                Arrive(core, [.. arriving[atUs]], [.. calls[atUs].Select(c => new Arrival(Domain.Usage.ReadEvent.Of(c), atUs))]);
            }

            clock.Pass(core.Timeline, nowUs);
        });
        return store.Read(Tell);
    }

    public static List<string> Tell(Session session) =>
        [.. new Telling(session).Tell(),
            .. More.SelectMany(sql =>
            Rows(session, sql).Select(r => string.Join('|', r.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)))))];

    /// <summary>
    /// 8.3: one deduction per package and term; attempts at 03:00:00 of the billing zone or when the switch was turned on (8.4), never below zero.
    /// </summary>
    public static void RenewsAsRuled(ReplayStore store)
    {
        var told = store.Telling();
        Assert.All(told.Rows.Where(r => r.Kind is (long)RowKind.Renewal or (long)RowKind.AutoRenewal).GroupBy(r => (r.PackageId, r.LotNo)), lot =>
            Assert.Single(lot));
        const string Stray = """
            SELECT COUNT(*) FROM Renewal AS r JOIN Package AS p ON p.PackageNo = r.PackageNo WHERE (r.SlotUs + 28800000000) % 86400000000 <> 10800000000 AND NOT EXISTS
            (SELECT 1 FROM Command AS c WHERE c.Type = 'set-auto-renew' AND c.State = 'applied' AND c.AtUs = r.SlotUs
             AND c.Body LIKE CONCAT('%"', p.PackageId, '"%') AND c.Body LIKE '%"enabled":true%')
            """;
        Assert.Equal(0, store.Count(Stray));
        Assert.Equal(
            store.Count("SELECT COUNT(*) FROM Renewal WHERE Renewed = 1"),
            store.Count($"SELECT COUNT(*) FROM BillRow WHERE Kind = {(long)RowKind.AutoRenewal}"));
        Assert.Equal(0, store.Count("SELECT COUNT(*) FROM (SELECT PackageNo FROM Renewal WHERE Renewed = 1 GROUP BY PackageNo, LotNo HAVING COUNT(*) > 1) AS twice"));
    }

    /// <summary>A story in which little falls due would prove little.</summary>
    private static void HasHappened(ReplayStore store)
    {
        foreach (var name in new[]
        {
            "package-renewed", "renewal-failed", "package-expired", "package-expiring", "package-low", "package-used-up", "billing-mode-changed", "balance-low",
            "arrears-started", "scope-frozen", "scope-released", "arrears-cleared", "command-refused", "usage-quarantined",
        })
        {
            var count = store.Count($"SELECT COUNT(*) FROM Notice WHERE Name = '{name}'");
            TestContext.Current.TestOutputHelper?.WriteLine($"{count} {name}");
            Assert.True(count >= 10, $"{count} {name}");
        }
    }

    private static void Arrive(SettlementCore core, IReadOnlyList<string> commands, IReadOnlyList<Arrival> calls)
    {
        core.Commands.Receive(commands, core.NowUs);
        core.Usage.Store(calls);
        core.Timeline.ApplyCommands(core.NowUs);
    }

    private static IEnumerable<object[]> Rows(Session session, string sql)
    {
        using var command = session.Connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            yield return values;
        }
    }
}
