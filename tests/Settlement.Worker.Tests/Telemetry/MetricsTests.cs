using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Bus;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Telemetry;

/// <summary>docs/metrics.md and what a running worker exports: the same names, types and labels, and the numbers are those of what was done.</summary>
public sealed class MetricsTests : IDisposable
{
    private const string Ours = "settlement_";

    /// <summary>As Prometheus 3 asks: it can read names with dots, and must not get them.</summary>
    private const string NewScraper =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.1";

    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, ReplayStore.NowUs);
    private readonly DateTimeOffset hour = WatchedWorker.DueHour;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task A_running_worker_exports_what_the_page_says_and_nothing_else()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var proxy = new Proxy(broker.Settings.Host!, broker.Settings.Port);
        proxy.Open();
        await using var worker = new WatchedWorker(broker.Settings with { Port = proxy.Port }, store);
        await worker.UntilReadyAsync();
        await DoEverythingAsync(broker, worker);
        var scrape = await worker.ScrapeAsync();
        await worker.Process.UntilAsync(
            async () => (scrape = await worker.ScrapeAsync()).Value("settlement_accounts_arrears") == 1, "the store's figures are read again");

        Assert.Equal(
            (2, 1, 1, 2),
            (Count("stored"), Count("duplicate"), Count("ignored"), Count("held")));
        // What costs nothing is stored too.
        Assert.Equal(3, scrape.Value("settlement_usage_lag_seconds_count"));
        Assert.True(scrape.Value("settlement_usage_lag_seconds_sum") > 3 * 3600, "The calls are of hours ago");
        Assert.Equal((12, 0),
            (scrape.Value("settlement_calls_settled_total", "kind", "balance"), scrape.Value("settlement_calls_settled_total", "kind", "package")));
        Assert.Equal(12, scrape.Value("settlement_deducted_units_total", "kind", "balance"));
        Assert.Equal(1, scrape.Value("settlement_closing_duration_seconds_count"));
        Assert.Equal((3, 1),
            (scrape.Value("settlement_commands_total", "outcome", "applied"), scrape.Value("settlement_commands_total", "outcome", "refused")));
        Assert.Equal(14, scrape.Value("settlement_quarantine_value_units", "reason", "unknown-account"));
        Assert.Equal(2, scrape.Value("settlement_quarantine_entries", "reason", "unknown-account"));
        Assert.Equal((0, 0), (scrape.Value("settlement_hours_behind"), scrape.Value("settlement_accounts_parked")));
        Assert.True(scrape.Value("settlement_store_size_bytes") > 100_000);
        Assert.Equal(1, scrape.Value("settlement_ready"));
        Assert.Null(scrape.Value("settlement_not_ready", "what", "broker"));

        await proxy.CloseAsync();
        await worker.UntilUnreadyAsync("broker");
        CompareWithPage([scrape, await worker.ScrapeAsync()]);
        Assert.Equal(Names(await worker.ScrapeAsync()), Names(await worker.ScrapeAsync(NewScraper)));
        proxy.Open();
        await worker.UntilReadyAsync();
        Assert.Equal(0, await worker.Process.StopAsync());

        double? Count(string outcome) => scrape.Value("settlement_usage_events_total", "outcome", outcome);
    }

    private async Task DoEverythingAsync(TestBroker broker, WatchedWorker worker)
    {
        await broker.PublishAsync(BrokerTopology.BillingCommands, $"[{WatchedWorker.Account("a", hour)}]");
        await UntilAsync("SELECT COUNT(*) FROM Command WHERE State = 'applied'", 2, "the account is there");
        var paid = Refusals.Event("1", at: hour.AddMinutes(5), count: 10);
        foreach (var body in new[]
        {
            paid, paid, Refusals.Event("2", at: hour.AddMinutes(6), count: 2), Refusals.Event("3", at: hour.AddMinutes(6), status: 500),
            Refusals.Event("4", account: "nobody", at: hour.AddMinutes(6), count: 5),
            Refusals.Event("5", account: "no one", at: hour.AddMinutes(6), count: 9),
        })
            await broker.PublishAsync(BrokerTopology.UsageEvents, body);
        await UntilAsync("SELECT COUNT(*) FROM EventIdentity", 5, "the events are stored");
        await broker.PublishAsync(BrokerTopology.BillingCommands, """[{"id":"no","type":"refund-package","package":"none"},{"id":"close","type":"run-job","job":"close-hours"}]""");
        await UntilAsync("SELECT COUNT(*) FROM Command WHERE State IN ('applied', 'refused')", 4, "the hour is closed");
        await UntilAsync("SELECT COUNT(*) FROM BillRow", 1, "the hour is settled");

        Task UntilAsync(string sql, long count, string what) => worker.Process.UntilAsync(() => store.Count(sql) == count, what);
    }

    /// <summary>The newer format also says since when a counter counts.</summary>
    private static IEnumerable<string> Names(Scrape scrape) =>
        scrape.All.Select(s => s.Name).Where(n => n.StartsWith(Ours, StringComparison.Ordinal) && !n.EndsWith("_created", StringComparison.Ordinal))
            .Distinct().Order(StringComparer.Ordinal);

    private static void CompareWithPage(IReadOnlyList<Scrape> scrapes)
    {
        var exported = scrapes.SelectMany(s => s.All.Select(series => (Name: s.MetricOf(series), Type: s.Types[s.MetricOf(series)], series.Labels)))
            .Where(e => e.Name.StartsWith(Ours, StringComparison.Ordinal)).ToLookup(e => e.Name, StringComparer.Ordinal);
        Assert.Equal(MetricsPage.Metrics.Select(m => m.Name).Order(StringComparer.Ordinal), exported.Select(e => e.Key)
            .Order(StringComparer.Ordinal));
        foreach (var metric in MetricsPage.Metrics)
        {
            Assert.All(exported[metric.Name], e => Assert.Equal(metric.Type, e.Type));
            var labels = exported[metric.Name].SelectMany(e => e.Labels).Where(l => l.Key != "le")
                .ToLookup(l => l.Key, l => l.Value, StringComparer.Ordinal);
            Assert.Equal(metric.Labels.Keys.Order(StringComparer.Ordinal), labels.Select(l => l.Key).Order(StringComparer.Ordinal));
            foreach (var (name, values) in metric.Labels.Where(l => l.Value.Count > 0))
                Assert.Empty(labels[name].Except(values).Select(v => $"{metric.Name}: {name} = {v} is not on the page"));
            // Those that begin at zero are all there, whether anything happened or not.
            foreach (var (name, values) in metric.Labels.Where(_ => metric.Type == "counter"))
                Assert.Empty(values.Except(labels[name]).Select(v => $"{metric.Name}: {name} = {v} is not exported"));
        }

        Assert.Empty(exported["settlement_not_ready"].Select(e => e.Labels["what"]).Except(MetricsPage.Parts));
    }
}
