using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>
/// Workers that are killed (SIGKILL) at moments drawn at random from the progress of the work, not from time: a slow machine sees the same crashes.
/// </summary>
internal sealed class KilledWorkers(RabbitMqSettings broker, ReplayStore store, Random random)
{
    private const int LongestDelayMs = 60;

    public int Killed { get; private set; }

    /// <summary>What must hold after each death.</summary>
    public Action Then { get; init; } = () => { };

    /// <summary>Starts and kills workers while the progress goes from 0 to <paramref name="last"/>, then starts one that stays.</summary>
    /// <param name="kills">How many die.</param>
    /// <param name="progress">How far the work has come, in SQL.</param>
    /// <param name="last">All of them die below this. It is not the end of the work, which a worker may pass before this is seen.</param>
    /// <param name="settings">The settings of the workers.</param>
    public async Task<WorkerProcess> WorkAsync(int kills, string progress, int last, params string[] settings)
    {
        foreach (var moment in Enumerable.Range(0, kills).Select(_ => random.Next(last)).Order().ToList())
        {
            await using var worker = WorkerProcess.Start(broker, store, settings);
            await worker.UntilAsync(() => store.Count(progress) >= moment, $"{progress} gives {moment}");
            await Task.Delay(random.Next(LongestDelayMs), TestContext.Current.CancellationToken);
            await worker.KillAsync();
            Killed++;
            Then();
            TestContext.Current.TestOutputHelper?.WriteLine($"killed at {moment} of {progress}");
        }

        return WorkerProcess.Start(broker, store, settings);
    }
}
