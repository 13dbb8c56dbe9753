using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using RabbitMQ.Client;
using Settlement.Worker.Tests.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Demo;

/// <summary>
/// The agent that docs/agents.md prints is a program: it is run as printed, against a broker, which then has what was in the agent's spool.
/// </summary>
public sealed partial class AgentPageTests : IDisposable
{
    private const int Events = 1200;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-agent-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task The_agent_on_the_page_sends_its_spool_and_deletes_it()
    {
        await using var broker = await TestBroker.StartAsync();
        await broker.Channel.ExchangeDeclareAsync("usage-events", "fanout", durable: true, cancellationToken: Cancel);
        await broker.Channel.QueueDeclareAsync("usage-events", durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancel);
        await broker.Channel.QueueBindAsync("usage-events", "usage-events", "", cancellationToken: Cancel);
        var spool = Path.Combine(folder.FullName, "spool.ndjson");
        await File.WriteAllLinesAsync(spool, Enumerable.Range(0, Events).Select(i => $$"""{"id":"{{i}}","source":"gateway-1"}"""), Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "agent.cs"), Agent()
            .Match(Pages.Text("docs/agents.md")).Groups["program"].Value, Cancel);

        var (exit, said) = await RunAsync(AddressOf(broker), spool);

        Assert.True(exit == 0, said);
        Assert.False(File.Exists(spool));
        var ids = new List<string>();
        while (await broker.Channel.BasicGetAsync("usage-events", autoAck: true, Cancel) is { } message)
        {
            Assert.True(message.BasicProperties.Persistent);
            ids.AddRange(JsonDocument.Parse(message.Body).RootElement.GetProperty("events").EnumerateArray()
                .Select(e => e.GetProperty("id").GetString()!));
        }

        Assert.Equal(Enumerable.Range(0, Events).Select(i => i.ToString(CultureInfo.InvariantCulture)), ids);
    }

    private static string AddressOf(TestBroker broker) => string.Create(
        CultureInfo.InvariantCulture,
        $"amqp://{broker.Settings.Username}:{broker.Settings.Password}@{broker.Settings.Host}:{broker.Settings.Port}/{broker.Settings.VirtualHost}");

    private async Task<(int Exit, string Said)> RunAsync(params string[] arguments)
    {
        var (exit, output, error) = await Checkout.RunAsync("dotnet", ["run", "agent.cs", .. arguments], folder.FullName);
        return (exit, output + error);
    }

    [GeneratedRegex(@"^```csharp\r?\n(?<program>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Agent();
}
