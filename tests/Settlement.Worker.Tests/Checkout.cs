using System.Diagnostics;
using System.Runtime.Versioning;
using Xunit;

// The tests use signals, file modes and shells, like the systems that the worker runs on.
[assembly: UnsupportedOSPlatform("windows")]

namespace Settlement.Worker.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>Runs a program to its end; returns standard output, then standard error.</summary>
    public static async Task<(int Exit, string Output, string Error)> RunAsync(
        string file, IEnumerable<string> arguments, string? folder = null, IEnumerable<(string Name, string Value)>? environment = null)
    {
        var cancel = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder ?? Root, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, output, await error);
    }

    private static string Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at!.FullName, "Settlement.sln")))
            at = at.Parent;
        return at.FullName;
    }
}
