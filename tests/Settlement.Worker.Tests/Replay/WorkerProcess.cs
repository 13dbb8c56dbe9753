using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary><c>settlement run</c> as a process of its own, as operators start it: settings in the environment, ended by signals.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Process process;
    private readonly ConcurrentQueue<string> log = [];
    private readonly TaskCompletionSource logged = new();

    private WorkerProcess(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                logged.TrySetResult();
            else
                log.Enqueue(line.Data);
        };
        process.Start();
        process.BeginErrorReadLine();
    }

    public string Log => string.Join('\n', log);

    /// <summary>How many lines it has logged.</summary>
    public int Lines => log.Count;

    public int Id => process.Id;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static WorkerProcess Start(RabbitMqSettings broker, ReplayStore store, params ReadOnlySpan<string> settings)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "settlement"), ["run"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            WorkingDirectory = store.Folder,
        };
        start.Environment["Database__Engine"] = store.EngineName;
        start.Environment["Database__ConnectionString"] = store.ConnectionString;
        start.Environment["RabbitMq__Host"] = broker.Host;
        start.Environment["RabbitMq__Port"] = broker.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["RabbitMq__VirtualHost"] = broker.VirtualHost;
        start.Environment["RabbitMq__Username"] = broker.Username;
        start.Environment["RabbitMq__Password"] = broker.Password;
        start.Environment["Billing__MaxUsageAge"] = "20000.00:00:00";
        start.Environment["Http__Port"] = "0";
        foreach (var setting in settings)
            start.Environment[setting.Split('=')[0]] = setting.Split('=')[1];
        return new WorkerProcess(new Process { StartInfo = start });
    }

    /// <summary>Waits; names what it waited for if that takes too long or the worker ends.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.False(process.HasExited, $"The worker ended before {what}:\n{Log}");
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"Waited {Patience} until {what}:\n{Log}");
            await Task.Delay(25, Cancel);
        }
    }

    public Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);

    public Task UntilLoggedAsync(string text) => UntilAsync(() => log.Any(l => l.Contains(text, StringComparison.Ordinal)), $"it logs '{text}'");

    /// <summary>Sends SIGTERM; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(Cancel);
        return await ExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);
        await logged.Task;
        return process.ExitCode;
    }

    /// <summary>SIGKILL: no time for anything.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(Log);
        process.Dispose();
    }
}
