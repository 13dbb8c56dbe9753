using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage.Troubles;

namespace Settlement.Worker.Running;

/// <summary>
/// Records in the database what this worker can't do, so that <c>status</c>, which is another process, can tell since when and why. While the
/// database can't be written, nothing is recorded; what failed in the meantime is written once it can be.
/// </summary>
internal sealed partial class TroubleKeeper(SettlementCore core, Readiness readiness, ILogger<TroubleKeeper> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly string worker = WorkerName.Own;
    private readonly Dictionary<string, long> failing = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Trouble> known = new(StringComparer.Ordinal);
    private readonly HashSet<string> unwritten = new(StringComparer.Ordinal);
    private bool started;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(LookEvery, core.Clock);
        do
        {
            // Asked for those who are told how ready this worker is without asking, such as a collector of metrics.
            await readiness.AskAsync();
            Look(readiness.Failures());
            Write();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>
    /// A failure that is over by the next look, such as a broker that is not connected yet at the start, does not count as trouble.
    /// </summary>
    private void Look(IReadOnlyList<Failure> failures)
    {
        foreach (var failure in failures)
        {
            if (failing.TryAdd(failure.What, failure.SinceUs ?? core.NowUs))
                continue;
            var before = known.GetValueOrDefault(failure.What) is { EndedUs: null } going ? going : null;
            var cause = Trouble.Kept(failure.Cause is null ? failure.Reason : $"{failure.Reason}: {failure.Cause}");
            Remember(before, new Trouble { Worker = worker, What = failure.What, SinceUs = failing[failure.What], Cause = cause });
        }

        foreach (var over in failing.Keys.Where(what => !failures.Any(f => f.What == what)).ToList())
        {
            failing.Remove(over);
            if (known.GetValueOrDefault(over) is { EndedUs: null } ended)
                Remember(ended, new Trouble { Worker = worker, What = over, SinceUs = ended.SinceUs, EndedUs = core.NowUs, Cause = ended.Cause });
        }
    }

    private void Remember(Trouble? before, Trouble now)
    {
        if (before is not null && before.EndedUs == now.EndedUs && before.Cause == now.Cause)
            return;
        known[now.What] = now;
        unwritten.Add(now.What);
    }

    private void Write()
    {
        if (started && unwritten.Count == 0)
            return;
        try
        {
            var others = started ? [] : core.Store.Engine.Claimants("run ").Where(w => w != worker).ToList();
            core.Store.Write(session =>
            {
                if (!started)
                    TroubleRows.Start(session, others, core.NowUs);
                foreach (var kind in unwritten)
                    TroubleRows.Note(session, known[kind]);
            });
            started = true;
            unwritten.Clear();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The database is what fails: tried again at the next look.
            NotWritten(log, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "What fails could not be recorded for status; this is tried again: {Cause}")]
    private static partial void NotWritten(ILogger log, string cause);
}
