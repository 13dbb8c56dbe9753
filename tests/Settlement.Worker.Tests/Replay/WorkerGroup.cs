using System.Diagnostics;
using System.Globalization;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>
/// Three workers on one store. One that is killed is replaced; one that is halted (SIGSTOP) goes on when the others have long taken over its work.
/// </summary>
internal sealed class WorkerGroup(RabbitMqSettings broker, ReplayStore store, Random random, params string[] settings) : IAsyncDisposable
{
    private const int Size = 3;
    private const int LongestPauseMs = 4_000;
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Halt = TimeSpan.FromSeconds(30);

    private readonly List<WorkerProcess> workers = [.. Enumerable.Range(0, Size).Select(_ => WorkerProcess.Start(broker, store, settings))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Kills and halts at random until the work is done; once all the kills have happened, it only waits.</summary>
    public async Task DisturbAsync(int kills, Func<bool> done, int halts = 0)
    {
        for (var left = kills; left > 0 && !done(); left--)
        {
            await Task.Delay(random.Next(LongestPauseMs), Cancel);
            var victim = random.Next(Size);
            if (halts > 0 && random.Next(left) < halts)
            {
                halts--;
                await HaltAsync(workers[victim]);
                continue;
            }

            await workers[victim].KillAsync();
            await workers[victim].DisposeAsync();
            workers[victim] = WorkerProcess.Start(broker, store, settings);
            Say($"killed worker {victim}");
        }

        await UntilAsync(() => Task.FromResult(done()), "the work is done");
    }

    /// <summary>Ends all three in good order once a condition holds.</summary>
    public async Task StopAsync(Func<Task<bool>> when)
    {
        await UntilAsync(when, "nothing is left to do");
        foreach (var worker in workers)
            Assert.Equal(0, await worker.StopAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers)
            await worker.DisposeAsync();
    }

    /// <summary>However slow the machine is: it ends when none of them has said anything for a while.</summary>
    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var (said, since) = (0, TimeProvider.System.GetTimestamp());
        while (!await condition())
        {
            if (said != workers.Sum(w => w.Lines))
                (said, since) = (workers.Sum(w => w.Lines), TimeProvider.System.GetTimestamp());
            Assert.True(
                TimeProvider.System.GetElapsedTime(
                    since) < Silence, $"No worker said anything for {Silence} until {what}:\n{string.Join('\n', workers.Select(w => w.Log))}");
            await Task.Delay(1_000, Cancel);
        }
    }

    private static async Task HaltAsync(WorkerProcess worker)
    {
        // Not while it logs in: a start that takes too long is given up, and that is right.
        await worker.UntilLoggedAsync("Settling on");
        await SignalAsync("-STOP", worker.Id);
        Say($"halted process {worker.Id}");
        await Task.Delay(Halt, Cancel);
        await SignalAsync("-CONT", worker.Id);
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [signal, process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Cancel);
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
