using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>
/// deploy/compose.sqlite.yaml without containers: its files and scripts, on a RabbitMQ node that belongs to this test and is stopped and
/// started. compose.yaml has the same broker (<see cref="ComposeFileTests"/>).
/// </summary>
public sealed class ComposeBrokerTests : IDisposable
{
    private const string Init = "broker-definitions";
    private const string Broker = "rabbitmq";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-compose-");
    private readonly ComposeFile compose = ComposeFile.Read("compose.sqlite.yaml");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Node => Path.Combine(folder.FullName, "node");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task The_passwords_of_the_files_are_good_after_every_restart_of_the_broker_and_so_is_a_new_one()
    {
        Assert.SkipUnless(IsInstalled(), "RabbitMQ: rabbitmq-server is not installed");
        await WriteDefinitionsAsync("a first \"pass\\word\" %s ö");
        var conf = Path.Combine(folder.FullName, "compose.conf");
        var (source, _) = compose.Mounts(Broker).Single(m => m.Target.StartsWith("/etc/rabbitmq/conf.d/", StringComparison.Ordinal));
        var mounted = await File.ReadAllTextAsync(Path.Combine(ComposeFile.Folder, source), Cancel);
        await File.WriteAllTextAsync(conf, compose.Outside(Broker, mounted, folder.FullName), Cancel);
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
            await ScriptAsync(
                Path.Combine(Node, "rabbitmqctl"), ["-q", "import_definitions", Path.Combine(folder.FullName, "definitions", "definitions.json")]);
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

    private static bool IsInstalled() => File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server")
        || Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Combine(p, "rabbitmq-server")));

    /// <summary>The secrets as secrets.sh makes them, with these in place of the worker's and the agents'.</summary>
    private async Task WriteDefinitionsAsync(string password)
    {
        var secrets = Path.Combine(folder.FullName, "secrets");
        await ScriptAsync(Path.Combine(ComposeFile.Folder, "secrets.sh"), [secrets]);
        foreach (var (name, text) in new[] { ("settlement-password", password), ("agent-password", "of agents"), ("console-password", "") })
        {
            File.Delete(Path.Combine(secrets, name));
            await File.WriteAllTextAsync(Path.Combine(secrets, name), text + "\n", Cancel);
        }

        var entry = compose.EntryPoint(Init).Select(part => compose.Outside(Init, part, folder.FullName)).ToList();
        await ScriptAsync(entry[0], entry[1..], compose.Environment(Init, secrets + "/"));
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

    private static async Task<string> ScriptAsync(
        string file, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)>? environment = null)
    {
        var (exit, output, error) = await Checkout.RunAsync(file, arguments, environment: environment);
        Assert.True(exit == 0, $"{file}: {exit}\n{error}{output}");
        return output;
    }
}
