using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Settlement.Worker.Tests.Verbs;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Settings;

/// <summary>A worker whose settings don't let it start says why in one line, with exit code 2, and has not created a database.</summary>
public sealed class StartUpFaultTests : IDisposable
{
    private readonly TestStore store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task A_port_that_another_program_has_is_a_fault_of_the_settings()
    {
        using var other = new TcpListener(IPAddress.Any, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var ran = await store.RunAsync("run", "--set", $"Http:Port={port}");

        Assert.Equal(Exit.BadInput, ran.Exit);
        Assert.StartsWith($"Http:Port: can't listen on port {port}: ", ran.Error, StringComparison.Ordinal);
        Assert.Single(ran.Error.TrimEnd('\n').Split('\n'));
        Assert.False(File.Exists(store.File));
    }

    [Theory]
    [InlineData("amqp://broker")]
    [InlineData("broker:amqp")]
    public async Task A_host_that_is_no_host_is_a_fault_of_the_settings(string host)
    {
        var ran = await store.RunAsync("run", "--set", $"RabbitMq:Host={host}", "--set", "Http:Port=0");

        Assert.Equal(Exit.BadInput, ran.Exit);
        Assert.StartsWith("RabbitMq:Host: is not a host name or address", ran.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(store.File));
    }

    [Fact]
    public async Task The_log_is_JSON_when_the_settings_say_so()
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "settlement"),
            ["run", "--database",
                store.File, "--set", "Http:Port=0", "--set", "Logging:Console:FormatterName=json", "--set", "Logging:LogLevel:Microsoft=Information"])
        {
            UseShellExecute = false, RedirectStandardError = true,
        };
        using var worker = Process.Start(start)!;
        try
        {
            string? line;
            do
                line = await worker.StandardError.ReadLineAsync(Cancel);
            while (line is not null && !line.Contains("Application started", StringComparison.Ordinal));
            var entry = JsonDocument.Parse(line ?? "").RootElement;
            Assert.EndsWith("Z", entry.GetProperty("Timestamp").GetString(), StringComparison.Ordinal);
            Assert.Equal("Information", entry.GetProperty("LogLevel").GetString());
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync(Cancel);
        }
    }
}
