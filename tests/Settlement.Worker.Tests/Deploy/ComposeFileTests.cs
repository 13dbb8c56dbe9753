using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>What holds for every service of both compose files, and what the worker gets. No container engine reads them here.</summary>
public sealed partial class ComposeFileTests : IDisposable
{
    private const string Worker = "settlement";
    private const string Image = "settlement";

    /// <summary>What a service may be without, and why.</summary>
    private static readonly (string Service, string Lacks, string Because)[] Exceptions =
    [
        ("rabbitmq", "read_only", "writes its plug-ins' state beside its configuration"),
        ("sqlserver", "read_only", "what it writes could not be tried"),
        ("sqlserver", "cap_drop", "its program has capabilities of its own"),
        ("sqlserver", "security_opt", "its program has capabilities of its own"),
    ];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-compose-");

    public static TheoryData<string> Files => [.. ComposeFile.Names];

    public static TheoryData<string, string> Services =>
        new(ComposeFile.Names.SelectMany(name => ComposeFile.Read(name).Services.Select(service => (name, service))));

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_is_bounded_and_has_no_more_rights_than_it_needs(string file, string service)
    {
        var said = ComposeFile.Read(file).Service(service);
        var lacks = Exceptions.Where(e => e.Service == service).Select(e => e.Lacks).ToList();
        void Has(string key, string? value = null)
        {
            var has = said[key] is not null && (value is null || Yaml.Texts(said[key]).Contains(value));
            Assert.True(has != lacks.Contains(key), $"{service}: {key}");
        }

        Has("read_only", "true");
        Has("cap_drop", "ALL");
        Has("security_opt", "no-new-privileges:true");
        Has("mem_limit");
        Has("cpus");
        Has("restart");
        Has("logging");
        Assert.Null(said["privileged"]);
        Assert.Null(said["network_mode"]);
        Assert.All(Yaml.Texts(said["cap_add"]), c => Assert.Equal("CHOWN", c));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void An_image_is_pinned_and_a_port_is_open_to_this_machine_alone(string file, string service)
    {
        var compose = ComposeFile.Read(file);
        var image = Yaml.Text(compose.Service(service)["image"]);
        Assert.True(image == Image ? compose.Service(service)["build"] is not null : Version().IsMatch(image), image);
        Assert.All(Yaml.Texts(compose.Service(service)["ports"]), p => Assert.StartsWith("127.0.0.1:", p, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void What_it_mounts_starts_and_is_told_in_secret_is_there(string file, string service)
    {
        var compose = ComposeFile.Read(file);
        foreach (var (source, target) in compose.Mounts(service))
        {
            Assert.True(Path.Exists(Path.GetFullPath(source, ComposeFile.Folder)) || compose.Top("volumes").Contains(source), source);
            Assert.StartsWith("/", target, StringComparison.Ordinal);
        }

        foreach (var program in compose.EntryPoint(service).Take(1).Where(p => p.StartsWith("/deploy/", StringComparison.Ordinal)))
            Assert.True(File.GetUnixFileMode(compose.Outside(service, program, "/")).HasFlag(UnixFileMode.OtherExecute), program);
        var secrets = Yaml.Texts(compose.Service(service)["secrets"]);
        Assert.Equal(secrets.Order(StringComparer.Ordinal), SecretsUsedBy(compose.Service(service)).Order(StringComparer.Ordinal));
        Assert.All(secrets, s => Assert.Contains(s, compose.Top("secrets")));
        Assert.All(Yaml.Texts(compose.Service(service)["networks"]), n => Assert.Contains(n, compose.Top("networks")));
        Assert.All(compose.Environment(service).Where(v => Secret().IsMatch(v.Name)), v => Assert.True(
            v.Value.StartsWith("/run/secrets/", StringComparison.Ordinal) || v.Value == "Data Source=/data/settlement.db", v.Name));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_waits_for_what_it_needs_until_that_is_healthy_or_done(string file, string service)
    {
        var compose = ComposeFile.Read(file);
        var said = compose.Service(service);
        var isJob = Yaml.Text(said["restart"]) == "no";
        Assert.True(isJob != said["healthcheck"] is not null, "a job ends; whatever runs says how it is");
        foreach (var (name, needed) in said["depends_on"]?.AsObject().ToList() ?? [])
        {
            var condition = Yaml.Text(compose.Service(name)["restart"]) == "no" ? "service_completed_successfully" : "service_healthy";
            Assert.Equal(condition, Yaml.Text(needed!["condition"]));
        }

        foreach (var uses in new[] { "rabbitmq", "sqlserver" }.Where(u => u != service && compose.Environment(service).Any(v => v.Value == u)))
            Assert.Contains(uses, NeededBy(compose, service));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_worker_starts_with_what_it_is_given_on_a_volume_of_its_own(string file)
    {
        var compose = ComposeFile.Read(file);
        var ran = await Checkout.RunAsync(Path.Combine(ComposeFile.Folder, "secrets.sh"), [folder.FullName]);
        Assert.True(ran.Exit == 0, ran.Error);
        Assert.All(compose.Top("secrets"), s => Assert.Equal($"./secrets/{s}", compose.SecretFile(s)));
        Assert.All(compose.Top("secrets"), s => Assert.True(File.Exists(Path.Combine(folder.FullName, s)), s));
        foreach (var service in compose.Services.Where(s => Yaml.Text(compose.Service(s)["image"]) == Image))
        {
            var settings = GivenVariables.Load(compose.Environment(service, folder.FullName + "/"), File.ReadAllText);
            var sqlite = settings.Database.Engine == DatabaseEngine.Sqlite;
            Assert.Equal(file == "compose.sqlite.yaml", sqlite);
            Assert.True(!sqlite || compose.Mounts(service).Any(m => settings.Database.ConnectionString == $"Data Source={m.Target}/settlement.db"));
            Assert.Equal(service == Worker ? "rabbitmq" : null, settings.RabbitMq.Host);
            if (service != Worker)
                continue;
            Assert.Equal([settings.RabbitMq.Password], File.ReadLines(Path.Combine(folder.FullName, "settlement-password")));
            Assert.Equal([$"127.0.0.1:{settings.Http.Port}:{settings.Http.Port}"], Yaml.Texts(compose.Service(service)["ports"]));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_worker_has_longer_to_end_than_it_takes_and_is_asked_how_it_is_as_in_the_image(string file)
    {
        // 45 seconds: docs/sql-server.md.
        var worker = ComposeFile.Read(file).Service(Worker);
        Assert.True(int.Parse(Yaml.Text(worker["stop_grace_period"]).TrimEnd('s'), CultureInfo.InvariantCulture) > 45);
        Assert.Equal(["CMD", .. Dockerfile.Read().Command("HEALTHCHECK")], Yaml.Texts(worker["healthcheck"]!["test"]));
    }

    [Fact]
    public void Both_files_have_the_same_broker()
    {
        foreach (var service in new[] { "broker-definitions", "rabbitmq" })
        {
            Assert.Single(ComposeFile.Names.Select(name => ComposeFile.Read(name).Service(service).ToJsonString()).Distinct(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void One_job_migrates_and_the_worker_waits_for_it_and_for_its_rights()
    {
        var compose = ComposeFile.Read("compose.yaml");
        Assert.Equal(["migrate"], compose.Services.Where(s => Yaml.Texts(compose.Service(s)["command"]).Contains("migrate")));
        Assert.Superset(new HashSet<string> { "migrate", "rights", "database", "sqlserver", "rabbitmq" }, NeededBy(compose, Worker));
        Assert.Null(compose.Service("sqlserver")["ports"]);
    }

    private static HashSet<string> NeededBy(ComposeFile compose, string service) =>
        [.. Yaml.Texts(compose.Service(service)["depends_on"]).SelectMany(s => NeededBy(compose, s).Append(s))];

    private static IEnumerable<string> SecretsUsedBy(JsonNode service) =>
        Yaml.Within(service).OfType<JsonValue>().SelectMany(v => InSecrets().Matches(Yaml.Text(v))).Select(m => m.Groups["name"].Value).Distinct();

    [GeneratedRegex("password|token|connectionstring", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Secret();

    [GeneratedRegex(@"/run/secrets/(?<name>[\w-]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex InSecrets();

    [GeneratedRegex(@":v?\d[\w.-]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Version();
}
