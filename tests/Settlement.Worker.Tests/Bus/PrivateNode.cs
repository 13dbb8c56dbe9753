using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Bus;

/// <summary>A RabbitMQ node that belongs to a test, with lines of its own in rabbitmq.conf.</summary>
internal sealed class PrivateNode : IAsyncDisposable
{
    private static readonly string Script = Checkout.PathOf("tests", "broker.sh");
    private readonly string folder;

    private PrivateNode(string folder, RabbitMqSettings settings) => (this.folder, Settings) = (folder, settings);

    public static bool IsInstalled => File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server")
        || Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Combine(p, "rabbitmq-server")));

    /// <summary>Unencrypted, as the user guest.</summary>
    public RabbitMqSettings Settings { get; }

    /// <param name="folder">Empty; the caller's to delete.</param>
    public static async Task<PrivateNode> StartAsync(string folder, string conf)
    {
        var file = Path.Combine(folder, "more.conf");
        await File.WriteAllTextAsync(file, conf);
        var node = Path.Combine(folder, "node");
        var said = await RunAsync(Script, "start", node, file);
        var uri = new Uri(said.Split('\n').Single(l => l.StartsWith("SETTLEMENT_TEST_RABBITMQ=", StringComparison.Ordinal)).Split('=')[1]);
        return new PrivateNode(node, new RabbitMqSettings(uri.Host, uri.Port));
    }

    public Task<string> ControlAsync(params string[] arguments) => RunAsync(Path.Combine(folder, "rabbitmqctl"), ["-q", .. arguments]);

    public async ValueTask DisposeAsync() => await RunAsync(Script, "stop", folder);

    private static async Task<string> RunAsync(string file, params string[] arguments)
    {
        var (exit, output, error) = await Checkout.RunAsync(file, arguments);
        Assert.True(exit == 0, $"{file} {string.Join(' ', arguments)}: {exit}\n{error}{output}");
        return output;
    }
}
