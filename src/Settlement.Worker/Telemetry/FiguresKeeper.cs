using Settlement.Engine;

namespace Settlement.Worker.Telemetry;

/// <summary>
/// Reads <see cref="StoreFigures"/> again and again, so that nobody who asks for them waits for the database. There is one read at a time, and it
/// takes a twentieth of the time at most, however large the store is.
/// </summary>
internal sealed partial class FiguresKeeper(SettlementCore core, ILogger<FiguresKeeper> log) : BackgroundService
{
    /// <summary>The least time between two reads.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    /// <summary>The wait after a read, in the time that it took.</summary>
    private const int WaitPerRead = 20;

    /// <summary>Figures are dropped when the read after them is this late.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(20);

    private volatile Known? known;

    /// <summary>The latest figures; null if there are none yet, or if the database has not told newer ones in time.</summary>
    public StoreFigures? Latest => known is { } latest && core.Clock.GetElapsedTime(latest.Timestamp) < latest.GoodFor ? latest.Figures : null;

    /// <summary>Reads at once. For tests, and for the first figures.</summary>
    public TimeSpan Read()
    {
        var since = core.Clock.GetTimestamp();
        var figures = StoreFigures.Read(core);
        var took = core.Clock.GetElapsedTime(since);
        var wait = took * WaitPerRead > Every ? took * WaitPerRead : Every;
        known = new Known(figures, core.Clock.GetTimestamp(), wait + took + Late);
        return wait;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (true)
        {
            var wait = Every;
            try
            {
                // A read that hangs does not keep the worker from ending.
                wait = await Task.Run(Read, CancellationToken.None).WaitAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Readiness says so too.
                NotRead(log, e.Message);
            }

            await Task.Delay(wait, core.Clock, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The figures for metrics could not be read; this is tried again: {Cause}")]
    private static partial void NotRead(ILogger log, string cause);

    private sealed record Known(StoreFigures Figures, long Timestamp, TimeSpan GoodFor);
}
