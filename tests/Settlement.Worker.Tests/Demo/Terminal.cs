using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Settlement.Worker.Tests.Demo;

/// <summary>The result of a typed line; <paramref name="Said"/> has standard output and error as they came.</summary>
internal sealed record Typed(string Line, int Exit, string Said);

/// <summary>
/// A shell in a folder that looks like the root of the checkout and is deleted with everything that commands leave there. Lines are typed as they
/// are. <c>settlement</c> is installed, and <c>dotnet run</c> does not rebuild what the tests were built with.
/// </summary>
internal sealed class Terminal : IDisposable
{
    private const string Mark = "@ended ";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-page-");

    public Terminal()
    {
        foreach (var entry in new DirectoryInfo(Checkout.Root).EnumerateFileSystemInfos()
            .Where(e => e.Name[0] != '.' && !e.Name.Contains(".db", StringComparison.Ordinal)))
            Directory.CreateSymbolicLink(Path.Combine(folder.FullName, entry.Name), entry.FullName);
        Directory.CreateDirectory(Programs);
        File.CreateSymbolicLink(Path.Combine(Programs, "settlement"), Path.Combine(AppContext.BaseDirectory, "settlement"));
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var dotnet = Path.Combine(Programs, "dotnet");
        File.WriteAllText(dotnet, $"#!/bin/sh\nPATH=${{PATH#*:}}\n[ \"$1\" = run ] && shift && exec dotnet run --no-build -c {configuration} \"$@\"\nexec dotnet \"$@\"\n");
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Programs => Path.Combine(folder.FullName, ".bin");

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>Types lines one after the other into the same shell.</summary>
    public async Task<IReadOnlyList<Typed>> TypeAsync(IReadOnlyList<string> lines, params IEnumerable<(string Name, string Value)> environment)
    {
        var script = "exec 2>&1 </dev/null\n" + string.Concat(lines.Select(l => $"{l}\necho \"{Mark}$?\"\n"));
        using var shell = Shell("bash", ["-c", script], environment);
        var said = (await shell.StandardOutput.ReadToEndAsync(Cancel)).Split(Mark);
        await shell.WaitForExitAsync(Cancel);
        Assert.True(said.Length == lines.Count
            + 1, $"The shell ended early:\n{string.Concat(said)}{await shell.StandardError.ReadToEndAsync(Cancel)}");
        return [.. lines.Select((line, i) =>
            new Typed(line, ExitOf(said[i + 1]), i == 0 ? said[0] : said[i][(said[i].IndexOf('\n', StringComparison.Ordinal) + 1)..]))];
    }

    /// <summary>
    /// Types lines of which the last one starts the worker, waits until it is ready, and ends it as Ctrl-C or a machine that shuts down does.
    /// </summary>
    /// <returns>What it said.</returns>
    public async Task<string> RunUntilReadyAsync(IReadOnlyList<string> lines, params IEnumerable<(string Name, string Value)> environment)
    {
        var port = FreePort();
        // In its own session, so that the signal reaches everything that the lines started.
        using var shell = Shell(
            "setsid", ["bash", "-c", "exec 2>&1 </dev/null\n" + string.Join('\n', lines)],
            [.. environment, ("Http__Port", port.ToString(CultureInfo.InvariantCulture))]);
        var said = shell.StandardOutput.ReadToEndAsync(Cancel);
        using var http = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };
        var ready = false;
        while (!ready && !shell.HasExited)
        {
            await Task.Delay(100, Cancel);
            ready = await IsReadyAsync(http);
        }

        using (var kill = Process.Start("kill", ["-TERM", "--", $"-{shell.Id}"]))
            await kill.WaitForExitAsync(Cancel);
        var output = await said;
        Assert.True(ready, $"It ended before it was ready:\n{output}");
        return output;
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync(new Uri("/health/ready", UriKind.Relative), Cancel)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static int ExitOf(string text) => int.Parse(text.AsSpan(0, text.IndexOf('\n', StringComparison.Ordinal)), CultureInfo.InvariantCulture);

    private Process Shell(string file, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["PATH"] = $"{Programs}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
