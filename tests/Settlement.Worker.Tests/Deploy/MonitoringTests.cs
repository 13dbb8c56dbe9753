using System.Text.Json;
using System.Text.Json.Nodes;
using Settlement.Worker.Tests.Demo;
using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>The configuration of Prometheus, the alerts and the dashboard: Prometheus itself reads them, and they name what the worker exports.</summary>
public sealed class MonitoringTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-rules-");

    private static IReadOnlyList<JsonNode> Alerts =>
        [.. Yaml.Read(Checkout.PathOf("deploy", "alerts.yml"))["groups"]!.AsArray().SelectMany(g => g!["rules"]!.AsArray()).Select(r => r!)];

    private static JsonNode Dashboard => JsonNode.Parse(File.ReadAllText(Checkout.PathOf("deploy", "grafana", "dashboard.json")))!;

    private static IReadOnlyList<JsonObject> Panels => [.. Dashboard["panels"]!.AsArray().Select(p => p!.AsObject())];

    private static IReadOnlyList<string> Queries => [.. Panels.SelectMany(p => p["targets"]?.AsArray() ?? []).Select(t => Yaml.Text(t!["expr"]))];

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Prometheus_accepts_its_configuration_and_the_rules()
    {
        await Tools.RunAsync("promtool", "check", "config", "prometheus.yml");
        Assert.Contains($"{Alerts.Count} rules found", await Tools.RunAsync("promtool", "check", "rules", "alerts.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_alert_is_shown_firing_and_silent()
    {
        var tests = Yaml.Read(Checkout.PathOf("deploy", "alerts.test.yml"))["tests"]!.AsArray();
        var shown = tests.SelectMany(t => t!["alert_rule_test"]!.AsArray()).ToList();
        foreach (var alert in Alerts.Select(a => Yaml.Text(a["alert"])))
        {
            var cases = shown.Where(s => Yaml.Text(s!["alertname"]) == alert).Select(s => s!["exp_alerts"]!.AsArray().Count).ToList();
            Assert.True(cases.Contains(0) && cases.Any(c => c > 0), alert);
        }

        await Tools.RunAsync("promtool", "test", "rules", "alerts.test.yml");
    }

    [Fact]
    public async Task Every_query_of_the_dashboard_is_one_that_Prometheus_reads()
    {
        Assert.True(Queries.Count > 20, $"{Queries.Count} queries");
        // As rules, because promtool checks those.
        var records = Queries.Select((query, i) => new { record = $"panel:{i}", expr = AsGrafanaSendsIt(query) });
        var rules = new { groups = new[] { new { name = "dashboard", rules = records } } };
        var file = Path.Combine(folder.FullName, "dashboard.yml");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(rules), TestContext.Current.CancellationToken);
        await Tools.RunAsync("promtool", "check", "rules", file);
    }

    [Fact]
    public void They_use_no_metric_that_the_worker_does_not_export_and_the_dashboard_shows_all_that_it_does()
    {
        Assert.True(MetricNames.All.Count >= 19, $"{MetricNames.All.Count} names");
        Assert.All(Alerts, a => Assert.Empty(MetricNames.UnknownIn(Yaml.Text(a["expr"]))));
        Assert.All(Alerts, a => Assert.NotEmpty(MetricNames.In(Yaml.Text(a["expr"]))));
        Assert.All(Queries, q => Assert.Empty(MetricNames.UnknownIn(q)));
        Assert.All(Queries, q => Assert.NotEmpty(MetricNames.In(q)));
        Assert.Equal(MetricNames.All.Order(StringComparer.Ordinal), Queries.SelectMany(MetricNames.In).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["settlement_wrong"], MetricNames.UnknownIn("rate(settlement_usage_lag_seconds_bucket[5m]) > settlement_wrong"));
    }

    [Fact]
    public void Each_alert_says_how_grave_it_is_and_where_it_is_explained()
    {
        var lines = Pages.Text("docs/operating.md").Split('\n');
        var anchors = lines.Where(l => l.StartsWith("### ", StringComparison.Ordinal)).Select(l => l[4..].Trim()).ToList();
        foreach (var alert in Alerts)
        {
            var name = Yaml.Text(alert["alert"]);
            Assert.Contains(Yaml.Text(alert["labels"]!["severity"]), new[] { "critical", "warning" });
            Assert.NotEmpty(Yaml.Text(alert["annotations"]!["summary"]));
            Assert.Equal("docs/operating.md#" + name.ToLowerInvariant(), Yaml.Text(alert["annotations"]!["runbook"]));
            Assert.Contains(name, anchors);
        }

        Assert.Equal(Alerts.Select(a => Yaml.Text(a["alert"])), anchors.Where(a => a.StartsWith("Settlement", StringComparison.Ordinal)));
    }

    [Fact]
    public void Prometheus_asks_the_workers_at_their_port_and_Grafana_asks_Prometheus()
    {
        var job = Yaml.Read(Checkout.PathOf("deploy", "prometheus.yml"))["scrape_configs"]!.AsArray().Single()!;
        var scraped = job["dns_sd_configs"]!.AsArray().Single()!;
        Assert.Equal("8080", Yaml.Text(scraped["port"]));
        var compose = ComposeFile.Read("compose.yaml");
        Assert.All(Yaml.Texts(scraped["names"]), n => Assert.Contains(n, compose.Services));
        var provisioning = Checkout.PathOf("deploy", "grafana", "provisioning");
        var source = Yaml.Read(Path.Combine(provisioning, "datasources", "prometheus.yaml"))["datasources"]!.AsArray().Single()!;
        Assert.Equal("http://prometheus:9090", Yaml.Text(source["url"]));
        Assert.Contains("prometheus", compose.Services);
        var provider = Yaml.Read(Path.Combine(provisioning, "dashboards", "settlement.yaml"))["providers"]!.AsArray().Single()!;
        var dashboards = Yaml.Text(provider["options"]!["path"]);
        Assert.Contains(compose.Mounts("grafana"), m => m.Source == "./grafana/dashboard.json" && Path.GetDirectoryName(m.Target) == dashboards);
    }

    [Fact]
    public void The_dashboard_has_panels_that_do_not_overlap_and_asks_the_source_that_is_chosen()
    {
        Assert.Equal(Panels.Count, Panels.Select(p => p["id"]!.GetValue<int>()).Distinct().Count());
        var cells = Panels.Select(p => p["gridPos"]!).SelectMany(g =>
            from x in Enumerable.Range(Number(g, "x"), Number(g, "w"))
            from y in Enumerable.Range(Number(g, "y"), Number(g, "h"))
            select (x, y)).ToList();
        Assert.Equal(cells.Count, cells.Distinct().Count());
        Assert.All(cells, c => Assert.InRange(c.x, 0, 23));
        Assert.All(Panels.Where(p => p["targets"] is not null), p => Assert.Equal("${datasource}", Yaml.Text(p["datasource"]!["uid"])));
        Assert.Equal(["datasource", "instance"], Dashboard["templating"]!["list"]!.AsArray().Select(v => Yaml.Text(v!["name"])));
    }

    private static int Number(JsonNode node, string name) => node[name]!.GetValue<int>();

    private static string AsGrafanaSendsIt(string query) =>
        query.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$instance", ".*", StringComparison.Ordinal);
}
