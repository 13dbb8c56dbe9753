using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Bus;

/// <summary>
/// deploy/compose.yaml without containers: its files and its script, on a RabbitMQ node that belongs to this test and is stopped and started.
/// </summary>
public sealed class ComposeBrokerTests : IDisposable
{
    private const string Init = "broker-definitions";
    private const string Broker = "rabbitmq";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-compose-");
    private readonly ComposeFile compose = ComposeFile.Read();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Node => Path.Combine(folder.FullName, "node");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task The_passwords_of_the_environment_are_good_after_every_restart_of_the_broker_and_so_is_a_new_one()
    {
        Assert.SkipUnless(IsInstalled(), "RabbitMQ: rabbitmq-server is not installed");
        await WriteDefinitionsAsync("a first \"pass\\word\" %s ö");
        var conf = Path.Combine(folder.FullName, "compose.conf");
        var (source, _) = compose.Mounts(Broker).Single(m => m.Target.StartsWith("/etc/rabbitmq/conf.d/", StringComparison.Ordinal));
        await File.WriteAllTextAsync(conf, compose.Outside(Broker, await File.ReadAllTextAsync(Path.Combine(compose.Folder, source), Cancel), folder.FullName), Cancel);
        try
        {
            var settings = await StartAsync(conf) with { Username = "settlement", Password = "a first \"pass\\word\" %s ö" };
            await PublishAsync(settings with { Username = "agent", Password = "of agents" });
            Assert.Equal(1u, await TakesInAsync(settings));
            await RefusesAsync(settings with { Password = "" });
            await RefusesAsync(settings with { Username = "console", Password = "" });
            await RefusesAsync(settings with { Username = "guest", Password = "guest" });

            // As docs/runbook.md says, beside the running broker.
            await WriteDefinitionsAsync("second");
            await ScriptAsync(Path.Combine(Node, "rabbitmqctl"), ["-q", "import_definitions", Path.Combine(folder.FullName, "definitions", "definitions.json")]);
            await RefusesAsync(settings);
            settings = settings with { Password = "second" };
            Assert.Equal(1u, await TakesInAsync(settings));

            await ScriptAsync(Checkout.PathOf("tests", "broker.sh"), ["stop", Node]);
            Assert.Equal(settings.Port, (await StartAsync(conf)).Port);
            Assert.Equal(1u, await TakesInAsync(settings));
            await RefusesAsync(settings with { Password = "" });
        }
        finally
        {
            await ScriptAsync(Checkout.PathOf("tests", "broker.sh"), ["stop", Node]);
        }
    }

    [Fact]
    public void What_it_mounts_and_starts_is_there()
    {
        Assert.Equal([Init, Broker, "settlement"], compose.Services);
        foreach (var (source, _) in compose.Services.SelectMany(compose.Mounts).Where(m => m.Source[0] == '.'))
            Assert.True(Path.Exists(Path.GetFullPath(source, compose.Folder)), source);
        Assert.True(File.GetUnixFileMode(compose.Outside(Init, compose.EntryPoint(Init)[0], "/")).HasFlag(UnixFileMode.OtherExecute));
        Assert.Throws<KeyNotFoundException>(() => compose.Environment(Init, new Dictionary<string, string>()).ToList());
        Assert.Equal(
            compose.Environment("settlement", new Dictionary<string, string> { ["SETTLEMENT_PASSWORD"] = "p" }),
            [("RabbitMq__Password", "p")]);
    }

    private static bool IsInstalled() => File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server")
        || Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Combine(p, "rabbitmq-server")));

    private Task WriteDefinitionsAsync(string password)
    {
        var entry = compose.EntryPoint(Init).Select(part => compose.Outside(Init, part, folder.FullName)).ToList();
        return ScriptAsync(
            entry[0], entry[1..], compose.Environment(Init, new Dictionary<string, string> { ["SETTLEMENT_PASSWORD"] = password, ["AGENT_PASSWORD"] = "of agents" }));
    }

    private async Task<RabbitMqSettings> StartAsync(string conf)
    {
        var said = await ScriptAsync(Checkout.PathOf("tests", "broker.sh"), ["start", Node, conf]);
        var uri = new Uri(said.Split('\n').Single(l => l.StartsWith("SETTLEMENT_TEST_RABBITMQ=", StringComparison.Ordinal)).Split('=')[1]);
        return new RabbitMqSettings(uri.Host, uri.Port);
    }

    private static async Task PublishAsync(RabbitMqSettings settings)
    {
        await using var connection = await BrokerConnection.OpenAsync(settings, "agent", Cancel);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancel);
        await channel.BasicPublishAsync("usage-events", "", mandatory: true, new BasicProperties { Persistent = true }, "[]"u8.ToArray(), Cancel);
    }

    /// <summary>Logs in as the worker does and finds everything the way the worker needs it. Returns how many events wait.</summary>
    private static async Task<uint?> TakesInAsync(RabbitMqSettings settings)
    {
        await using var connection = await BrokerConnection.OpenAsync(settings, "worker", Cancel);
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(connection, queue, Cancel);
        return await BrokerTopology.DepthAsync(connection, "usage-events", Cancel);
    }

    private static async Task RefusesAsync(RabbitMqSettings settings)
    {
        var refused = await Assert.ThrowsAsync<BrokerUnreachableException>(() => BrokerConnection.OpenAsync(settings, "worker", Cancel));
        Assert.IsType<AuthenticationFailureException>(refused.InnerException);
    }

    private static async Task<string> ScriptAsync(string file, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)>? environment = null)
    {
        var (exit, output, error) = await Checkout.RunAsync(file, arguments, environment: environment);
        Assert.True(exit == 0, $"{file}: {exit}\n{error}{output}");
        return output;
    }
}
