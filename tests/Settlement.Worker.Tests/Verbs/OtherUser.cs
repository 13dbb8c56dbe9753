using System.Diagnostics;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

/// <summary>
/// Runs <c>settlement</c> as a user to whom file permissions apply. They don't apply to root, who runs the tests in containers; there, it runs as
/// nobody. Elsewhere, it runs as whoever runs the tests.
/// </summary>
internal static class OtherUser
{
    private static readonly string Settlement = Path.Combine(AppContext.BaseDirectory, "settlement");

    private static readonly Lazy<Task<string?>> Hindrance = new(FindHindranceAsync);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Skips the test if nobody can't run the program: no <c>setpriv</c>, or a checkout in a folder that only root can read.</summary>
    public static async Task NeedAsync()
    {
        var hindrance = await Hindrance.Value;
        Assert.SkipUnless(hindrance is null, $"No other user can run settlement here: {hindrance}");
    }

    public static Task<Ran> RunAsync(TestStore store, params string[] args) => AtAsync(store.File, args);

    public static Task<Ran> AtAsync(string file, params string[] args) => StartAsync(["--set", NasaDay.MaxUsageAge, .. args, "--database", file]);

    private static async Task<string?> FindHindranceAsync()
    {
        try
        {
            var ran = await StartAsync(["--help"]);
            return ran.Exit == 0 ? null : ran.Error;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.Message;
        }
    }

    private static async Task<Ran> StartAsync(string[] args)
    {
        string[] asNobody = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
        string[] line = [.. asNobody, Settlement, .. args];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath(),
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel);
        return new Ran(process.ExitCode, await output, await error);
    }
}
