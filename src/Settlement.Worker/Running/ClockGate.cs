using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage.Clock;

namespace Settlement.Worker.Running;

/// <summary>
/// Whether the clock may let time pass. What a clock that is far ahead has closed can no longer be charged. So at most a day passes unless something
/// confirms that the clock is right: the worker itself, if it has been running in the meantime; usage of the last day; or a person. Events and
/// commands are still stored in the meantime.
/// </summary>
internal sealed partial class ClockGate(SettlementCore core, WorkerState state, ILogger<ClockGate> log)
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMinutes(1);

    /// <summary>When the clock was last found right: by its own time, and by a timer that nobody can set.</summary>
    private (long Us, long Timestamp)? right;

    public bool MayPass(long nowUs)
    {
        var aliveUs = right is { } then ? then.Us + ElapsedUs(then.Timestamp) : long.MinValue;
        if (right is { } asked && state.Clock is null && core.Clock.GetElapsedTime(asked.Timestamp) < AskEvery
            && Math.Abs(nowUs - aliveUs) < Instant.PerSecondUs)
            return true;
        var facts = core.Store.Read(session => ClockRows.Facts(session, nowUs));
        Note(ClockDoubt.Of(facts, nowUs, aliveUs, core.Store.Settings.TimeZone));
        if (state.Clock is { StopsTime: true })
            return false;
        right = (nowUs, core.Clock.GetTimestamp());
        return true;
    }

    private long ElapsedUs(long timestamp) => (long)core.Clock.GetElapsedTime(timestamp).TotalMicroseconds;

    /// <summary>Logged once for each reason; readiness has the latest text.</summary>
    private void Note(ClockDoubt? doubt)
    {
        var before = state.Clock;
        state.ClockJudged(core.Clock.GetUtcNow(), doubt);
        if (doubt is null && before is not null)
            Settled(log);
        else if (doubt is not null && doubt.Reason != before?.Reason)
            Doubted(log, doubt.StopsTime ? "Nothing that is due is done" : "Look at the time line", doubt.Reason, doubt.Cause);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{What}: {Reason}. {Cause}")]
    private static partial void Doubted(ILogger log, string what, string reason, string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "The clock is in order again")]
    private static partial void Settled(ILogger log);
}
