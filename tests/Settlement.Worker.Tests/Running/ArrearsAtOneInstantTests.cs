// Commands with the same `at` may come one by one; then what falls due at that instant is done between them.
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Running;

public sealed class ArrearsAtOneInstantTests : IDisposable
{
    private const string At = "2026-03-01T08:30:00Z";
    private static readonly BillingSettings NoGrace =
        ReplayStore.Settings with { EveryLevel = new LevelDays(new ArrearsDays(0, 15), new ArrearsDays(0, 15)) };

    private static readonly long AtUs = Instant.OfUs(new DateTimeOffset(2026, 3, 1, 8, 30, 0, TimeSpan.Zero));

    private readonly ReplayStore store = ReplayStore.Create(
        """{"currency":"CNY","apis":["a|b","a"],"regions":["c","b|c"],"prices":[],"offers":[]}""", AtUs - Instant.PerHourUs / 2, NoGrace);

    private int told;

    public void Dispose() => store.Dispose();

    [Fact]
    public void An_account_may_be_frozen_twice_at_one_instant_and_released_later_and_its_neighbour_is_served()
    {
        Tell("open-a", """ "type":"open-account","account":"acme" """);
        Tell("open-b", """ "type":"open-account","account":"neighbour" """);
        Tell("s-1", """ "type":"subscribe","account":"acme","api":"a|b","region":"c" """);
        Tell("s-2", """ "type":"subscribe","account":"acme","api":"a","region":"b|c" """);
        Tell("one", """ "type":"adjust-balance","account":"acme","amount":"-5","reason":"r","by":"b" """);
        Tell("two", """ "type":"top-up","account":"acme","amount":"5" """);
        Tell("three", """ "type":"adjust-balance","account":"acme","amount":"-5","reason":"r","by":"b" """);
        Tell("four", """ "type":"top-up","account":"neighbour","amount":"7" """);

        Assert.Equal((2L, 1L, 4L), (Told("arrears-started"), Told("arrears-cleared"), Told("scope-frozen")));
        Assert.Equal(7 * 100_000_000L, store.Count("SELECT BalanceE8 FROM Account WHERE AccountId = 'neighbour'"));
        Assert.Equal(0, store.Count("SELECT COUNT(*) FROM Command WHERE State <> 'applied'"));
        store.Telling().AddUp();
    }

    /// <summary>A command arrives alone, a second later than the one before, and takes effect at the same instant as the others.</summary>
    private void Tell(string id, string fields) => store.Work(AtUs + ++told * Instant.PerSecondUs, core =>
    {
        core.Commands.Receive([$$"""{"id":"{{id}}","at":"{{At}}",{{fields}}}"""], core.NowUs);
        core.Timeline.AdvanceTo(core.NowUs);
    });

    private long Told(string name) => store.Count($"SELECT COUNT(*) FROM Notice WHERE Name = '{name}'");
}
