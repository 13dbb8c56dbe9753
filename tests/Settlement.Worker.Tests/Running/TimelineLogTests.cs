using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Worker.Ingest;
using Settlement.Worker.Running;
using Settlement.Worker.Simulating;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Running;

/// <summary>
/// What the log of a running worker says about the time line: what was done, one line for each thing, and nothing about how many transactions it
/// took.
/// </summary>
public sealed partial class TimelineLogTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 30, 0, TimeSpan.Zero);
    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, Instant.OfUs(Start));

    public void Dispose() => store.Dispose();

    [Fact]
    public void Many_commands_are_one_line() => Work((core, advance, lines) =>
    {
        core.CommandIntake.Store([Open("a"), .. Enumerable.Range(0, 1_234).Select(i => TopUp($"t{i}"))], core.NowUs);
        core.CommandIntake.Store([TopUp("later")], core.NowUs + Instant.PerSecondUs);
        advance(Start.AddMinutes(1));
        Assert.Equal(["Answered in N s: commands 1235, due 2026-03-01T17:30:00+08:00 to 2026-03-01T17:30:01+08:00"], lines);
    });

    [Fact]
    public void A_closing_run_is_one_line_with_what_it_came_to() => Work((core, advance, lines) =>
    {
        const int Accounts = 450;
        core.CommandIntake.Store([.. Enumerable.Range(0, Accounts).SelectMany(i => new[] { Open($"a{i}"), Subscribe($"a{i}") })], core.NowUs);
        advance(Start.AddHours(1));
        lines.Clear();
        Use(core, Start.AddHours(1),
            [.. Enumerable.Range(0, Accounts).Select(i => Refusals.Event($"e{i}", account: $"a{i}", at: Start.AddMinutes(5), count: 3))]);
        advance(Start.AddHours(2));
        Assert.Equal(["Settled the run of 2026-03-01T19:00:00+08:00 in N s: accounts 450, bill rows 450, calls 1350"], lines);
    });

    [Fact]
    public void An_hour_without_usage_is_one_line_and_so_are_many() => Work((_, advance, lines) =>
    {
        advance(Start.AddHours(2));
        lines.Clear();
        advance(Start.AddHours(2.2));
        Assert.Empty(lines);
        advance(Start.AddHours(3));
        advance(Start.AddHours(9));
        Assert.Equal(
            [
                "Closed without usage: 2026-03-01T18:00:00+08:00 to 2026-03-01T19:00:00+08:00, hours 1",
                "Closed without usage: 2026-03-01T19:00:00+08:00 to 2026-03-02T01:00:00+08:00, hours 6",
            ],
            lines);
    });

    [Fact]
    public void A_new_store_closes_every_hour_before_it_in_one_line() => Work((_, advance, lines) =>
    {
        advance(Start);
        advance(Start.AddHours(1));
        Assert.Equal(["Closed without usage: every hour before 2026-03-01T17:00:00+08:00"], lines);
    });

    [Fact]
    public void After_an_outage_runs_empty_hours_and_steps_have_a_line_each_and_it_is_said_what_was_done_when() => Work((core, advance, lines) =>
    {
        core.CommandIntake.Store([Open("a"), Subscribe("a"), TopUp("pay")], core.NowUs);
        advance(Start.AddHours(0.6));
        lines.Clear();
        Use(core, Start.AddHours(4), Refusals.Event("e1", at: Start.AddMinutes(20)), Refusals.Event("e2", at: Start.AddHours(3), count: 4));
        advance(Start.AddDays(20));
        Assert.Equal(
            [
                "Settled the run of 2026-03-01T19:00:00+08:00 in N s: accounts 1, bill rows 1, calls 1",
                "Settled the run of 2026-03-01T22:00:00+08:00 in N s: accounts 1, bill rows 1, calls 4",
                "Done in N s: steps of lots and accounts 1, due 2026-03-16T22:00:00+08:00",
                "Closed without usage: 2026-03-01T18:00:00+08:00 to 2026-03-01T20:00:00+08:00, hours 2",
                "Closed without usage: 2026-03-01T21:00:00+08:00 to 2026-03-21T16:00:00+08:00, hours 475",
            ],
            lines);
    });

    [Fact]
    public void What_was_done_before_an_error_is_told() => Work((core, advance, lines) =>
    {
        core.CommandIntake.Store([Open("a"), TopUp("pay")], core.NowUs);
        core.Timeline.Progress += _ => throw new InvalidOperationException("the database is away");
        Assert.Throws<InvalidOperationException>(() => advance(Start.AddMinutes(1)));
        Assert.Equal(["Answered in N s: commands 1, due 2026-03-01T17:30:00+08:00"], lines);
    });

    private static string Open(string account) => $$"""{"id":"open-{{account}}","type":"open-account","account":"{{account}}"}""";

    private static string Subscribe(
        string account) => $$"""{"id":"subscribe-{{account}}","type":"subscribe","account":"{{account}}","api":"images","region":"cn-north-4"}""";

    private static string TopUp(string id) => $$"""{"id":"{{id}}","type":"top-up","account":"a","amount":"2"}""";

    private static void Use(SettlementCore core, DateTimeOffset arrived, params string[] events) => core.Intake.Store(
        [.. events.SelectMany(e => UsageReader.Read(System.Text.Encoding.UTF8.GetBytes(e), "application/json"))
            .Select(e => new Engine.Usage.Arrival(e, Instant.OfUs(arrived)))]);

    private void Work(Action<SettlementCore, Action<DateTimeOffset>, List<string>> work)
    {
        var clock = new TestClock(Instant.OfUs(Start));
        store.WorkAsync(clock.NowUs, clock, core =>
        {
            var lines = new Lines();
            var log = new TimelineLog(core, lines);
            work(core, to => log.Of(clock.NowUs = Instant.OfUs(to), () => core.Timeline.AdvanceTo(clock.NowUs)), lines.All);
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();
    }

    private sealed partial class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(HowLong().Replace(formatter(state, exception), m => m.Value.StartsWith("in", StringComparison.Ordinal) ? "in N s" : ""));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        [GeneratedRegex(@"in \d+\.\d s|; caught up in about [\d:]+", RegexOptions.CultureInvariant, 1000)]
        private static partial Regex HowLong();
    }
}
