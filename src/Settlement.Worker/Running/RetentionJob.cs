using Quartz;
using Settlement.Engine;
using Settlement.Engine.Retention;
using Settlement.Storage.Clock;
using Settlement.Storage.Engines;

namespace Settlement.Worker.Running;

/// <summary>
/// Lets usage and bodies leave that are past their time (7.4), beside the work: after each transaction it rests for several times as long as the
/// transaction took. If there are several workers, one does it. What a pass does not get done, the next one does.
/// </summary>
[DisallowConcurrentExecution]
internal sealed partial class RetentionJob(SettlementCore core, IHostApplicationLifetime life, ILogger<RetentionJob> log) : IJob
{
    public const string ClaimName = "retention";

    /// <summary>How much longer it rests than it works.</summary>
    private const int RestFactor = 3;

    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, life.ApplicationStopping);
        await Task.Run(() => Try(stop.Token), CancellationToken.None);
    }

    private void Try(CancellationToken stop)
    {
        try
        {
            Leave(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The worker is ending. The rest leaves in the next pass.
        }
        catch (ClaimLostException)
        {
            // Another worker goes on with it.
        }
        catch (Exception e)
        {
            // Whatever the error, nothing is half done, and the next pass tries again. Billing does not depend on it.
            Failed(log, e);
        }
    }

    private void Leave(CancellationToken stop)
    {
        using var claim = core.Store.Engine.TryClaim(ClaimName);
        if (claim is null)
            return;
        void Rest(TimeSpan took) =>
            stop.WaitHandle.WaitOne(TimeSpan.FromTicks(Math.Clamp(took.Ticks * RestFactor, ShortestRest.Ticks, LongestRest.Ticks)));
        var isSure = core.Store.Read(session => ClockRows.Facts(session, core.NowUs)).IsSure(core.NowUs);
        var usage = core.UsageRetention.Leave(isSure, claim, Rest, stop);
        var bodies = isSure ? core.BodyRetention.Leave(claim, Rest, stop) : default;
        if (usage != default || bodies != default)
            Left(log, usage.Events, usage.Identities, bodies.Notices, bodies.Commands);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Past their time, have left: {Events} events, {Identities} identities, the bodies of {Notices} notices and {Commands} commands")]
    private static partial void Left(ILogger log, long events, long identities, long notices, long commands);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is past its time could not leave; it is tried again in ten minutes")]
    private static partial void Failed(ILogger log, Exception e);
}
