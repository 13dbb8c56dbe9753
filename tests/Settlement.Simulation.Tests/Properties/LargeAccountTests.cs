using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

/// <summary>
/// An account decides the names and the number of its projects. An account with very many of them must not exhaust the memory of a worker that
/// catches up: everyone else's hours would have to wait for it, again at every start.
/// </summary>
public class LargeAccountTests
{
    private const int Projects = 6_000;
    private const int Hours = 4;
    private const int MostRowsAtOnce = 16_000;
    private static readonly long StartUs = Instant.OfUs(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
    private static readonly long EndUs = StartUs + 10 * Instant.PerHourUs;

    /// <param name="money">
    /// With no money, arrears begin with the first hour. Their steps are due at once, so they come between the account's hours and end the
    /// subscription.
    /// </param>
    /// <param name="charged">How many hours are charged: those before the subscription ends.</param>
    [Theory]
    [InlineData("0.01", 2)]
    [InlineData("1000000", Hours)]
    public void Its_hours_are_committed_some_after_the_others_and_come_to_what_they_come_to_hour_by_hour(string money, int charged)
    {
        var (together, most) = Books(money, core => core.Timeline.AdvanceTo(EndUs));
        var (apart, _) = Books(money, core =>
        {
            for (var us = StartUs; us <= EndUs; us += Instant.PerHourUs)
                core.Timeline.AdvanceTo(us);
        });

        Assert.Equal(Projects * charged + 1, together.Count(line => line.StartsWith("row ", StringComparison.Ordinal)));
        Assert.Equal(apart, together);
        Assert.InRange(most, 1, MostRowsAtOnce);
    }

    private static (List<string> Books, long MostRows) Books(string money, Action<SettlementCore> advance)
    {
        using var temp = new TempStore();
        var settings = BillingSettings.Default with { EveryLevel = new LevelDays(new ArrearsDays(0, 0), new ArrearsDays(0, 0)) };
        var (clock, rows, most) = (new TestClock(StartUs), 0L, 0L);
        var core = new SettlementCore(new SettlementStore(temp.Engine, settings), clock);
        core.Store.Open(StartUs);
        core.Store.Write(session => core.Store.ApplyCatalog(session, CatalogJson.Read(Story.Catalog, "", settings.TimeZone, [])!, StartUs));
        core.Commands.Receive(
            [
                .. new[] { "large", "small" }.SelectMany(a => new[]
                {
                    $$"""{"id":"open {{a}}","type":"open-account","account":"{{a}}"}""", $$"""{"id":"pay {{a}}","type":"top-up","account":"{{a}}","amount":"{{money}}"}""",
                    $$"""{"id":"subscribe {{a}}","type":"subscribe","account":"{{a}}","api":"p","region":"r"}""",
                }),
            ],
            StartUs);
        core.Timeline.AdvanceTo(StartUs);
        core.Usage.Store([.. Calls()]);
        clock.NowUs = EndUs;
        core.Timeline.Settled += (_, plans) => rows += plans.Sum(p => (long)p.Rows.Count);
        core.Timeline.Progress += _ => (most, rows) = (Math.Max(most, rows), 0);
        advance(core);
        return (core.Store.Read(Lines), most);
    }

    private static IEnumerable<Arrival> Calls()
    {
        for (var hour = 0; hour < Hours; hour++)
        {
            for (var project = 0; project < Projects; project++)
                yield return Call("large", $"{hour} {project}", StartUs + (hour * Instant.PerHourUs) + project, $"project {project}");
        }

        yield return Call("small", "one", StartUs + ((Hours - 1) * Instant.PerHourUs), null);
    }

    private static Arrival Call(string account, string id, long timeUs, string? project) =>
        new(ReadEvent.Of(new UsageCall(account, id, account, "p", "r", timeUs, 200, 1, project)), StartUs + Hours * Instant.PerHourUs);

    private static List<string> Lines(Session session) =>
    [
        .. BillReader.Rows(session, new BillFilter())
            .Select(r => $"row {r.AccountId} {r.AccountVersion} {r.Line} {r.Project} {r.DueUs} {r.Calls} {r.FeeE8} {r.DeductedE8}"),
        .. AccountReader.All(session).Select(a => a.ToString()),
        .. BillReader.Notices(session).Select(n => $"{n.AccountNo} {n.Sequence} {n.NoticeId} {n.Name} {n.AtUs} {n.Body}"),
    ];
}
