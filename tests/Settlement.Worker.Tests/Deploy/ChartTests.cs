using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;
using Settlement.Domain.Time;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>The chart as helm renders it, without a cluster: what Kubernetes would be asked for, and what the chart refuses.</summary>
public sealed partial class ChartTests : IDisposable
{
    private const string Mount = "/run/secrets/settlement/";
    private const string Operator = "apiVersion: monitoring.coreos.com/";
    private const string Connection = "Server=db;Database=settlement";
    private static readonly string Folder = Checkout.PathOf("deploy", "helm", "settlement");

    private static readonly string[] OnServer =
    [
        "database.engine=SqlServer", "replicas=3", "secret.name=mine", "secret.httpToken=token",
        "rabbitmq.host=broker", "rabbitmq.tls=true", "rabbitmq.port=5671", "settings.Billing__TimeZone=+09:00",
        "serviceMonitor.enabled=true", "prometheusRule.enabled=true", "dashboard.enabled=true", "networkPolicy.extraPorts={4317}",
    ];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-chart-");

    public static TheoryData<string> Stores => ["Sqlite", "SqlServer"];

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Helm_finds_no_fault_in_it_and_packs_what_it_links()
    {
        Assert.Contains("0 chart(s) failed", await Tools.RunAsync("helm", "lint", "--strict", Folder), StringComparison.Ordinal);
        await Tools.RunAsync("helm", "package", Folder, "--destination", folder.FullName);
        var packed = folder.EnumerateFiles("*.tgz").Single().FullName;
        var (exit, rendered, error) = await Checkout.RunAsync(
            Tools.Need("helm"), ["template", "r", packed, "--set", "prometheusRule.enabled=true,dashboard.enabled=true"]);
        Assert.True(exit == 0, error);
        var made = Yaml.Documents(rendered);
        Assert.True(JsonNode.DeepEquals(Yaml.Read(Checkout.PathOf("deploy", "alerts.yml")), Of(made, "PrometheusRule")["spec"]));
        var dashboard = await File.ReadAllTextAsync(Checkout.PathOf("deploy", "grafana", "dashboard.json"), TestContext.Current.CancellationToken);
        Assert.Equal(dashboard, Yaml.TextAt(Of(made, "ConfigMap"), "data", "settlement.json"));
    }

    [Theory]
    [InlineData("replicas is 2, but on SQLite a store has one worker", "replicas=2")]
    [InlineData("secret.name is empty: database.engine SqlServer", "database.engine=SqlServer")]
    [InlineData("secret.name is empty: rabbitmq.host", "rabbitmq.host=broker")]
    [InlineData("/terminationGracePeriodSeconds", "terminationGracePeriodSeconds=45")]
    [InlineData("/database/engine", "database.engine=Postgres")]
    [InlineData("invalid propertyName", "settings.Biling__GraceDays=1")]
    [InlineData("/rabbitmq/host", "rabbitmq.host=amqp://broker")]
    [InlineData("additional properties", "replica=2")]
    public async Task It_refuses_what_would_not_work_and_says_why(string says, string value)
    {
        var (exit, _, error) = await Checkout.RunAsync(Tools.Need("helm"), ["template", "r", Folder, "--set", value]);
        Assert.NotEqual(0, exit);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task The_worker_starts_with_what_it_is_given(string engine)
    {
        var pod = await PodAsync(engine);
        var container = Container(pod);
        var settings = GivenVariables.Load(EnvironmentOf(container), file => file == Mount + "connection-string" ? Connection : file);
        Assert.Equal(engine, settings.Database.Engine.ToString());
        Assert.Equal(engine == "Sqlite" ? null : "broker", settings.RabbitMq.Host);
        Assert.All(EnvironmentOf(container).Where(v => GivenVariables.InFile(v.Name) is not null), v => Assert.Contains(v.Value, FilesOf(pod)));
        if (engine == "Sqlite")
        {
            Assert.Contains(settings.Database.ConnectionString, MountsOf(container).Select(m => $"Data Source={m}/settlement.db"));
            return;
        }

        Assert.Equal((5671, true, "settlement"), (settings.RabbitMq.Port, settings.RabbitMq.UseTls, settings.RabbitMq.Username));
        Assert.Equal(new BillingZone(9), settings.Billing.TimeZone);
        Assert.Equal((Mount + "rabbitmq-password", Mount + "token"), (settings.RabbitMq.Password, settings.Http.Token));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Kubernetes_knows_every_field_of_it(string engine)
    {
        var texts = (await TextAsync(engine)).Split("\n---\n")
            .Where(t => t.Contains("\napiVersion: ", StringComparison.Ordinal) && !t.Contains(Operator, StringComparison.Ordinal)).ToList();
        Assert.True(texts.Count >= 5, $"{texts.Count} objects");
        Assert.All(texts, t => Assert.Single(KubernetesYaml.LoadAllFromString(t, strict: true)));
        var misspelt = texts.Single(t => t.Contains("kind: Deployment", StringComparison.Ordinal))
            .Replace("readinessProbe", "readynessProbe", StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => KubernetesYaml.LoadAllFromString(misspelt, strict: true));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task It_asks_where_the_worker_answers_and_lets_it_end(string engine)
    {
        var pod = await PodAsync(engine);
        var container = Container(pod);
        var port = container["ports"]!.AsArray().Single(p => Yaml.Text(p!["name"]) == "http")!;
        Assert.Equal(WorkerSettings.Default.Http.Port.ToString(CultureInfo.InvariantCulture), Yaml.Text(port["containerPort"]));
        foreach (var (probe, path) in new[] { ("startup", "/health/startup"), ("liveness", "/health/live"), ("readiness", "/health/ready") })
        {
            var asked = container[probe + "Probe"]!["httpGet"]!;
            Assert.Equal((path, "http"), (Yaml.Text(asked["path"]), Yaml.Text(asked["port"])));
        }

        // 45 seconds: docs/sql-server.md.
        Assert.True(int.Parse(Yaml.Text(pod["terminationGracePeriodSeconds"]), CultureInfo.InvariantCulture) > 45);
        Assert.Equal(["run"], Yaml.Texts(container["args"]));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Every_pod_is_nobody_on_a_read_only_root_with_what_it_mounts(string engine)
    {
        var pods = (await RenderAsync(engine)).Where(m => m["spec"]?["template"] is not null).Select(m => m["spec"]!["template"]!["spec"]!).ToList();
        Assert.Equal(engine == "Sqlite" ? 1 : 2, pods.Count);
        foreach (var (pod, container) in pods.Select(p => (p, Container(p))))
        {
            Assert.Equal("true", Yaml.Text(pod["securityContext"]!["runAsNonRoot"]));
            Assert.Equal("false", Yaml.Text(pod["automountServiceAccountToken"]));
            Assert.Equal("true", Yaml.Text(container["securityContext"]!["readOnlyRootFilesystem"]));
            Assert.Equal("false", Yaml.Text(container["securityContext"]!["allowPrivilegeEscalation"]));
            Assert.Equal(["ALL"], Yaml.Texts(container["securityContext"]!["capabilities"]!["drop"]));
            Assert.NotNull(container["resources"]!["limits"]!["memory"]);
            Assert.Equal(NamesIn(pod["volumes"]!), NamesIn(container["volumeMounts"]!));
            Assert.Contains("/tmp", MountsOf(container));
        }
    }

    [Fact]
    public async Task On_SQLite_there_is_one_worker_that_ends_before_the_next_and_a_volume_that_stays()
    {
        var made = await RenderAsync("Sqlite");
        var deployment = Of(made, "Deployment");
        Assert.Equal(("1", "Recreate"), (Yaml.Text(deployment["spec"]!["replicas"]), Yaml.Text(deployment["spec"]!["strategy"]!["type"])));
        Assert.Equal("keep", Yaml.Text(Of(made, "PersistentVolumeClaim")["metadata"]!["annotations"]!["helm.sh/resource-policy"]));
        Assert.DoesNotContain(made, m => Yaml.Text(m["kind"]) == "Job");
    }

    [Fact]
    public async Task On_SQL_Server_a_job_migrates_first_with_a_login_of_its_own()
    {
        var job = Of(await RenderAsync("SqlServer"), "Job");
        Assert.Equal("pre-install,pre-upgrade", Yaml.Text(job["metadata"]!["annotations"]!["helm.sh/hook"]));
        var pod = job["spec"]!["template"]!["spec"]!;
        Assert.Equal(["migrate"], Yaml.Texts(Container(pod)["args"]));
        Assert.Equal([Mount + "migrator-connection-string"], FilesOf(pod));
        Assert.Equal(Connection, GivenVariables.Load(EnvironmentOf(Container(pod)), _ => Connection + "\n").Database.ConnectionString);
        Assert.DoesNotContain(await RenderAsync("SqlServer"), m => Yaml.Text(m["kind"]) == "PersistentVolumeClaim");
    }

    [Fact]
    public async Task Everything_selects_the_worker_and_nothing_but_its_ports_is_open()
    {
        var made = await RenderAsync("SqlServer");
        var labels = Of(made, "Deployment")["spec"]!["template"]!["metadata"]!["labels"]!.AsObject();
        foreach (var selector in new[]
                 {
                     Of(made, "Deployment")["spec"]!["selector"]!["matchLabels"], Of(made, "Service")["spec"]!["selector"],
                     Of(made, "PodDisruptionBudget")["spec"]!["selector"]!["matchLabels"],
                     Of(made, "NetworkPolicy")["spec"]!["podSelector"]!["matchLabels"],
                 })
        {
            Assert.All(selector!.AsObject(), s => Assert.Equal(Yaml.Text(s.Value), Yaml.Text(labels[s.Key])));
        }

        var (monitor, service) = (Of(made, "ServiceMonitor")["spec"]!, Of(made, "Service"));
        Assert.All(monitor["selector"]!["matchLabels"]!.AsObject(), s =>
            Assert.Equal(Yaml.Text(s.Value), Yaml.TextAt(service, "metadata", "labels", s.Key)));
        Assert.Equal("/metrics", Yaml.Text(monitor["endpoints"]![0]!["path"]));
        var ofJob = Yaml.TextAt(Of(made, "Job"), "spec", "template", "metadata", "labels", "app.kubernetes.io/name");
        Assert.NotEqual(Yaml.Text(labels["app.kubernetes.io/name"]), ofJob);
        var policy = Of(made, "NetworkPolicy")["spec"]!;
        Assert.Equal(["http"], PortsOf(policy["ingress"]!));
        Assert.Equal(["53", "53", "5671", "1433", "4317"], PortsOf(policy["egress"]!));
    }

    [Fact]
    public void Every_value_that_a_template_uses_has_a_default_and_every_default_is_used()
    {
        var values = Yaml.Read(Path.Combine(Folder, "values.yaml"));
        var templates = Directory.EnumerateFiles(Path.Combine(Folder, "templates")).Select(File.ReadAllText);
        var used = templates.SelectMany(t => Value().Matches(t)).Select(m => m.Groups["path"].Value).ToHashSet(StringComparer.Ordinal);
        Assert.All(used, path => Assert.NotNull(path.Split('.').Aggregate((JsonNode?)values, (at, name) => at?[name])));
        var given = values.AsObject().SelectMany(v => v.Value is JsonObject { Count: > 0 } map ? map.Select(m => $"{v.Key}.{m.Key}") : [v.Key]);
        Assert.All(given, g =>
            Assert.Contains(used, u => $"{u}.".StartsWith($"{g}.", StringComparison.Ordinal) || g.StartsWith($"{u}.", StringComparison.Ordinal)));
    }

    private async Task<JsonNode> PodAsync(string engine) => Of(await RenderAsync(engine), "Deployment")["spec"]!["template"]!["spec"]!;

    private static async Task<IReadOnlyList<JsonNode>> RenderAsync(string engine) => Yaml.Documents(await TextAsync(engine));

    private static async Task<string> TextAsync(string engine)
    {
        var values = OnServer.SelectMany(v => new[] { v.Contains("__", StringComparison.Ordinal) ? "--set-string" : "--set", v });
        var (exit, output, error) = await Checkout.RunAsync(Tools.Need("helm"), ["template", "books", Folder, .. engine == "Sqlite" ? [] : values]);
        Assert.True(exit == 0, error);
        return output;
    }

    private static JsonNode Of(IEnumerable<JsonNode> made, string kind) => made.Single(m => Yaml.Text(m["kind"]) == kind);

    private static JsonNode Container(JsonNode pod) => pod["containers"]!.AsArray().Single()!;

    private static IReadOnlyList<(string Name, string Value)> EnvironmentOf(JsonNode container) =>
        [.. container["env"]!.AsArray().Select(v => (Yaml.Text(v!["name"]), Yaml.Text(v["value"])))];

    /// <summary>The files of the secret, where they are mounted.</summary>
    private static IReadOnlyList<string> FilesOf(JsonNode pod) =>
        [.. pod["volumes"]!.AsArray().SelectMany(v => v!["secret"]?["items"]?.AsArray() ?? []).Select(i => Mount + Yaml.Text(i!["path"]))];

    private static IEnumerable<string> MountsOf(JsonNode container) => container["volumeMounts"]!.AsArray().Select(m => Yaml.Text(m!["mountPath"]));

    private static IEnumerable<string> NamesIn(JsonNode list) => list.AsArray().Select(v => Yaml.Text(v!["name"])).Order(StringComparer.Ordinal);

    private static IEnumerable<string> PortsOf(JsonNode rules) =>
        rules.AsArray().SelectMany(r => r!["ports"]!.AsArray()).Select(p => Yaml.Text(p!["port"]));

    [GeneratedRegex(@"\.Values\.(?<path>[\w.]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Value();
}
