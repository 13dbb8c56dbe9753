using System.Diagnostics;
using System.Globalization;
using Settlement.Benchmarks.Harness;

namespace Settlement.Benchmarks.Figures;

/// <summary>
/// Closings in a child process with a hard limit on the managed heap: calls spread over the accounts, and all calls in one account.
/// </summary>
internal static class CloseMemory
{
    public const string ChildVerb = "close-child";

    public static async Task RunAsync(Sizes sizes)
    {
        using var scratch = new Scratch(sizes);
        var (calls, accounts, limit) = (sizes.Number("calls", 1_000_000), sizes.Number("accounts", 10_000), sizes.Number("limit-mb", 256));
        Interleaved.Say($"close-memory: hard limit of the managed heap {limit} MB");
        foreach (var size in new[] { calls, calls * 10 })
        {
            foreach (var spread in new[] { accounts, 1 })
            {
                var file = scratch.New("hour");
                HourOfCalls.Make(file, size, spread);
                var said = await RunChildAsync(file, limit);
                Interleaved.Say($"  {size,10:N0} calls, {spread,6:N0} accounts: {said}");
                Scratch.Delete(file);
            }
        }
    }

    public static Task ChildAsync(Sizes sizes)
    {
        var file = sizes.Text("file", "");
        var taken = Close.Take(file, closed =>
        {
            using var bare = new BareDatabase(closed);
            if (bare.Number("SELECT COUNT(*) FROM Run WHERE DoneUs IS NOT NULL") != 1)
                throw new InvalidOperationException("The run is not done.");
        });
        using var process = Process.GetCurrentProcess();
        Interleaved.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"done in {taken.Seconds:0.00} s, managed heap {GC.GetGCMemoryInfo().HeapSizeBytes / 1e6:0} MB of at most {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e6:0}, resident at most {process.PeakWorkingSet64 / 1e6:0} MB"));
        return Task.CompletedTask;
    }

    private static async Task<string> RunChildAsync(string file, int limitMb)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        // Started as `dotnet x.dll` or as its own executable.
        if (string.Equals(Path.GetFileNameWithoutExtension(Environment.ProcessPath), "dotnet", StringComparison.Ordinal))
            start.ArgumentList.Add(typeof(CloseMemory).Assembly.Location);
        foreach (var argument in new[] { ChildVerb, "--file", file })
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x" + ((long)limitMb << 20).ToString("X", CultureInfo.InvariantCulture);
        using var child = Process.Start(start)!;
        var said = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return child.ExitCode == 0 ? said.Trim() : $"FAILED with exit code {child.ExitCode}";
    }
}
