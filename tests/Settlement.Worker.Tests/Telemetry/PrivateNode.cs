using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Telemetry;

/// <summary>A RabbitMQ node of one test, which may stop and start it.</summary>
internal sealed class PrivateNode : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-node-");

    private PrivateNode()
    {
    }

    public RabbitMqSettings Settings { get; private set; } = new();

    private string Node => Path.Combine(folder.FullName, "node");

    public static async Task<PrivateNode> StartAsync()
    {
        Assert.SkipWhen(
            string.IsNullOrEmpty(
            Environment.GetEnvironmentVariable("SETTLEMENT_TEST_RABBITMQCTL")), "RabbitMQ: SETTLEMENT_TEST_RABBITMQCTL is not set");
        var node = new PrivateNode();
        var said = await RunAsync(Checkout.PathOf("tests", "broker.sh"), "start", node.Node);
        var uri = new Uri(said.Split('\n').Single(l => l.StartsWith("SETTLEMENT_TEST_RABBITMQ=", StringComparison.Ordinal)).Split('=')[1]);
        node.Settings = new RabbitMqSettings(uri.Host, uri.Port);
        return node;
    }

    /// <summary>The broker ends; the node's process stays.</summary>
    public Task StopAppAsync() => RunAsync(Path.Combine(Node, "rabbitmqctl"), "-q", "stop_app");

    public Task StartAppAsync() => RunAsync(Path.Combine(Node, "rabbitmqctl"), "-q", "start_app");

    public async ValueTask DisposeAsync()
    {
        await RunAsync(Checkout.PathOf("tests", "broker.sh"), "stop", Node);
        folder.Delete(recursive: true);
    }

    private static async Task<string> RunAsync(string file, params string[] arguments)
    {
        var (exit, output, error) = await Checkout.RunAsync(file, arguments);
        Assert.True(exit == 0, $"{file} {string.Join(' ', arguments)}: {exit}\n{error}{output}");
        return output;
    }
}
