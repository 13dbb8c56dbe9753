using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>
/// What the image would hold, made by the Dockerfile's own commands from what it copies in, in a folder of its own. It is made once for all tests.
/// </summary>
public sealed class Publication : IAsyncLifetime
{
    /// <summary>For <c>dotnet</c>: it leaves no process behind that would keep its output open.</summary>
    internal static readonly (string Name, string Value)[] NoServers = [("MSBUILDDISABLENODEREUSE", "1"), ("UseSharedCompilation", "false")];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-image-");

    /// <summary>In place of <c>/app</c>.</summary>
    public string App => Path.Combine(folder.FullName, "app");

    public async ValueTask InitializeAsync()
    {
        // Read by the user that runs it.
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_000_101);
        var source = Path.Combine(folder.FullName, "source");
        var file = Dockerfile.Read();
        foreach (var (from, to) in file.CopiedIn.SelectMany(words => words.SkipLast(1).Select(from => (from, words[^1]))))
            Copy(Checkout.PathOf(from.TrimEnd('/').Split('/')), Path.Combine(source, to, from.EndsWith('/') ? "" : Path.GetFileName(from)));

        foreach (var command in file.All("RUN"))
        {
            var line = command.Replace(" /app", $" {App}", StringComparison.Ordinal)
                .Replace(" /data", $" {Path.Combine(folder.FullName, "data")}", StringComparison.Ordinal)
                .Replace("$TARGETARCH", RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64", StringComparison.Ordinal);
            var (exit, output, error) = await Checkout.RunAsync("sh", ["-c", line], source, NoServers);
            Assert.True(exit == 0, $"{line}: {exit}\n{output}{error}");
        }
    }

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Without what builds leave, as .dockerignore says.</summary>
    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(from).Where(e => Path.GetFileName(e) is not ("bin" or "obj")))
            Copy(entry, Path.Combine(to, Path.GetFileName(entry)));
    }
}

/// <summary>
/// The published worker started as the image starts it: same command and variables, a folder like /data to be in. Where the tests run as root, it is nobody and
/// its root is read-only but for /data and /tmp, in a mount namespace of its own.
/// </summary>
internal sealed class PublishedWorker : IAsyncDisposable
{
    private const string NoRoot = "/mnt";

    /// <summary>The file systems of the image, made out of the folders APP and DATA; then the worker, as nobody.</summary>
    private const string ReadOnlyRoot =
        """
        set -e
        mount -t tmpfs none /mnt
        mkdir /mnt/app /mnt/data
        mount --bind "$APP" /mnt/app
        mount -o remount,bind,ro /mnt/app
        mount --bind "$DATA" /mnt/data
        mount -o remount,ro /mnt
        mount -t tmpfs none /tmp
        chmod 1777 /tmp
        mount -o remount,bind,ro /
        cd /mnt/data
        exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
        """;

    private readonly Process process;
    private readonly Task<string> log;

    private PublishedWorker(Process process)
    {
        this.process = process;
        process.Start();
        log = process.StandardError.ReadToEndAsync(Cancel);
    }

    public bool HasEnded => process.HasExited;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static PublishedWorker Start(string app, string data, int port) =>
        new(new Process { StartInfo = InImage(app, data, port, Dockerfile.Read().Command("CMD")) });

    /// <summary>Another command in the same image, as the health check is.</summary>
    public static async Task<(int Exit, string Said)> RunAsync(string app, string data, int port, IEnumerable<string> arguments)
    {
        using var ran = Process.Start(InImage(app, data, port, arguments))!;
        var error = ran.StandardError.ReadToEndAsync(Cancel);
        var output = await ran.StandardOutput.ReadToEndAsync(Cancel);
        await ran.WaitForExitAsync(Cancel);
        return (ran.ExitCode, output + await error);
    }

    /// <summary>Sends the image's signal; returns the exit code, or fails when it takes longer than compose would wait before it kills.</summary>
    public async Task<int> StopAsync(TimeSpan grace)
    {
        var signal = Dockerfile.Read().All("STOPSIGNAL").Single()["SIG".Length..];
        using (var kill = Process.Start("kill", ["-s", signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(Cancel);
        await process.WaitForExitAsync(Cancel).WaitAsync(grace, Cancel);
        return process.ExitCode;
    }

    public Task<string> LogAsync() => log;

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        TestContext.Current.TestOutputHelper?.WriteLine(await log);
        process.Dispose();
    }

    private static ProcessStartInfo InImage(string app, string data, int port, IEnumerable<string> arguments)
    {
        var root = Environment.IsPrivilegedProcess && CanUnshare.Value;
        var entry = Dockerfile.Read().Command("ENTRYPOINT").Select(w => w.Replace("/app", root ? $"{NoRoot}/app" : app, StringComparison.Ordinal));
        string[] before = root ? ["unshare", "--mount", "--propagation", "private", "sh", "-c", ReadOnlyRoot, "sh"] : [];
        string[] line = [.. before, .. entry, .. arguments];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = data,
        };
        (start.Environment["APP"], start.Environment["DATA"], start.Environment["HOME"]) = (app, data, "/");
        // What Microsoft's base image sets, and what the Dockerfile makes of it.
        (start.Environment["DOTNET_RUNNING_IN_CONTAINER"], start.Environment["ASPNETCORE_HTTP_PORTS"]) = ("true", "8080");
        foreach (var pair in Dockerfile.Read().All("ENV").Select(e => e.Split('=', 2)))
            start.Environment[pair[0]] = pair[1].Trim('"');
        start.Environment["Http__Port"] = port.ToString(CultureInfo.InvariantCulture);
        return start;
    }

    private static readonly Lazy<bool> CanUnshare = new(() =>
    {
        string[] line = ["--mount", "--propagation", "private", "mount", "-t", "tmpfs", "none", NoRoot];
        using var tried = Process.Start(new ProcessStartInfo("unshare", line) { RedirectStandardError = true, UseShellExecute = false })!;
        tried.WaitForExit();
        return tried.ExitCode == 0;
    });
}
