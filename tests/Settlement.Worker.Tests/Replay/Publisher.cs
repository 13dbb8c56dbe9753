using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Auditing;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>The process of tests/Settlement.Replay: a gateway's agents, publishing the trace.</summary>
internal static class Publisher
{
    public static async Task<Sent> PublishAsync(RabbitMqSettings broker, int seed, int unreadable, int malformed)
    {
        string Show(int number) => number.ToString(CultureInfo.InvariantCulture);
        var address = $"amqp://{broker.Username}:{broker.Password}@{broker.Host}:{Show(broker.Port)}/{broker.VirtualHost}";
        var start = new ProcessStartInfo(
            Executable(),
            ["--broker", address, "--file", NasaDay.File(), "--seed", Show(seed), "--region", Story.Region, "--unreadable",
                Show(unreadable), "--malformed", Show(malformed)])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"The publisher ended with {process.ExitCode}: {await error}");
        return JsonSerializer.Deserialize<Sent>(await output, JsonSerializerOptions.Web)!;
    }

    /// <summary>In its own folder: tests/Settlement.Replay/bin/…, whose last two parts are the same as those of the tests' folder.</summary>
    private static string Executable()
    {
        var mine = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        var tests = string.Join(Path.DirectorySeparatorChar, mine[..^4]);
        return Path.Combine(tests, "Settlement.Replay", "bin", mine[^2], mine[^1], "Settlement.Replay");
    }

    public sealed record Sent(int Seed, int Messages, int Events, int Repeats, int Unreadable, int Malformed);
}
