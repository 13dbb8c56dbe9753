using System.Data.Common;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage.Engines;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Settlement.Worker.Telemetry;

namespace Settlement.Worker.Running;

/// <summary>
/// Drives the time line while the worker runs: once what waited in the broker is stored (2.4), whenever it is woken, and at the next instant at which
/// something is known to be due.
/// </summary>
internal sealed partial class TimelineService(
    SettlementCore core, WorkerSettings settings, Drain drain, IntakeGate gate, ClockGate clock, Wakeup wakeup, WorkerState state,
    Instruments instruments,
    CatchUp catchUp, ILogger<TimelineService> log) : BackgroundService
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);
    private const string DrainClaim = "drain ";

    private WorkClaim? draining;

    /// <summary>
    /// Comes before the bus, which is started next, takes its first message: the other workers must know that this one has some that waited.
    /// </summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.RabbitMq.HasHost)
            draining = ClaimDrain();
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        draining?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await DrainAsync(stoppingToken);
        var told = new TimelineLog(core, log, instruments, catchUp);
        core.Parking.Parked = account =>
            Parked(log, account.AccountId, account.StepName, settings.Billing.TimeZone.Show(account.DueUs), account.Reason);
        while (!stoppingToken.IsCancellationRequested)
        {
            await gate.LookAsync(stoppingToken);
            var wait = Advance(told, stoppingToken);
            await wakeup.WaitAsync(wait, core.Clock, stoppingToken);
        }
    }

    private async Task DrainAsync(CancellationToken cancel)
    {
        if (!settings.RabbitMq.HasHost)
            return;
        Draining(log);
        var timeout = TimeSpan.FromTicks(settings.Billing.DrainTimeoutUs * 10);
        var since = core.Clock.GetTimestamp();
        var drained = await QueueDepth.DrainAsync(settings.RabbitMq, drain, timeout, core.Clock, cancel)
            && await drain.HandledAsync(timeout, core.Clock, cancel);
        EndDraining();
        // What other workers that started at about the same time took from the same queues also waited there. If they end, it comes to this worker or
        // another one.
        while (drained && OthersDrain())
        {
            await Task.Delay(LookAgain, core.Clock, cancel);
            drained = core.Clock.GetElapsedTime(since) < timeout;
            if (!drain.HandlesRedelivered)
                EndDraining();
            else
                DrainAgain();
        }

        EndDraining();
        drained = drained && await drain.HandledAsync(timeout, core.Clock, cancel);
        if (drained)
            Drained(log);
        else
            NotDrained(log, timeout, drain.Left, gate.GiveUp(core.NowUs));
    }

    private WorkClaim? ClaimDrain() => core.Store.Engine.TryClaim(DrainClaim + Guid.NewGuid().ToString("N"));

    private void DrainAgain()
    {
        try
        {
            draining ??= ClaimDrain();
        }
        catch (DbException)
        {
            // Tried again at the next look.
        }
    }

    private void EndDraining()
    {
        draining?.Dispose();
        draining = null;
    }

    private bool OthersDrain()
    {
        try
        {
            return core.Store.Engine.Claimants(DrainClaim).Count > (draining is null ? 0 : 1);
        }
        catch (DbException)
        {
            return true;
        }
    }

    /// <summary>
    /// How long until something is due. If the database could not be used, this is tried again soon, nothing is lost, and health says so.
    /// </summary>
    private TimeSpan Advance(TimelineLog told, CancellationToken cancel)
    {
        try
        {
            var nowUs = core.NowUs;
            if (!clock.MayPass(nowUs))
            {
                state.TimelineTried(core.Clock.GetUtcNow(), null);
                return AfterFailure;
            }

            var untilUs = gate.LimitUs(nowUs);
            told.Of(untilUs, () => core.Timeline.AdvanceTo(untilUs, cancel));
            var wait = untilUs < nowUs ? LookAgain : UntilNextDue();
            state.TimelineTried(core.Clock.GetUtcNow(), null);
            return wait;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            state.TimelineTried(core.Clock.GetUtcNow(), e.Message);
            Failed(log, e);
            return AfterFailure;
        }
    }

    private TimeSpan UntilNextDue()
    {
        var now = core.NowUs;
        var next = core.Timeline.Next(long.MaxValue)?.AtUs ?? long.MaxValue;
        var waitUs = Math.Clamp(next - now, 0, LongestWait.Ticks / 10);
        return TimeSpan.FromTicks(waitUs * 10);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "No hour closes until what waited in the broker is stored")]
    private static partial void Draining(ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "What waited in the broker is stored")]
    private static partial void Drained(ILogger log);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "DrainTimeout of {Timeout} has passed and {Left} messages that waited at the start are not stored yet; closing goes on without them. Broker: {Cause}")]
    private static partial void NotDrained(ILogger log, TimeSpan timeout, long? left, string cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "The time line could not go on; it is tried again in a few seconds")]
    private static partial void Failed(ILogger log, Exception e);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Account {Account} is parked: its {Step} due {Due} can't be done: {Reason}. All others go on. Once the cause is fixed: settlement parked retry")]
    private static partial void Parked(ILogger log, string account, string step, string due, string reason);
}
