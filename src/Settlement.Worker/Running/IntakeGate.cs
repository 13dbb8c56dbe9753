using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Running;

/// <summary>
/// How far time may pass. While nothing can be taken in from a configured broker, or what waited in it when intake began again is not stored yet, the
/// time line stops just before the next hourly run, for <c>DrainTimeout</c> at most (2.4): the events in the broker belong to the hours that this run
/// would close.
/// </summary>
internal sealed partial class IntakeGate(
    SettlementCore core, WorkerSettings settings, Drain drain, BrokerLink link, WorkerState state, ILogger<IntakeGate> log)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly TimeSpan timeout = TimeSpan.FromTicks(settings.Billing.DrainTimeoutUs * 10);
    private long looked;
    private long waitingForUs;
    private long waitingSince;
    private long gaveUpUs = long.MinValue;

    /// <summary>In case another worker has taken what waited.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        if (!link.TakesIn || drain.IsDone || core.Clock.GetElapsedTime(looked) < LookEvery)
            return;
        looked = core.Clock.GetTimestamp();
        await QueueDepth.LookAsync(settings.RabbitMq, drain, cancel);
    }

    /// <summary>The instant up to which everything due may be done: now, or just before an hourly run that has to wait.</summary>
    public long LimitUs(long nowUs)
    {
        if (link.TakesIn && drain.IsDone)
        {
            (waitingForUs, state.ClosingWithoutIntake) = (0, null);
            return nowUs;
        }

        var runUs = BillingHour.Of(core.Store.Read(StoreState.Of).LastRunUs).Next.StartUs;
        if (runUs > nowUs || runUs <= gaveUpUs)
            return nowUs;
        if (waitingForUs != runUs)
        {
            (waitingForUs, waitingSince) = (runUs, core.Clock.GetTimestamp());
            Waits(log, Show(runUs), Cause(), timeout);
        }

        if (core.Clock.GetElapsedTime(waitingSince) < timeout)
            return runUs - 1;
        GoesOn(log, timeout, Show(runUs), GiveUp(nowUs));
        return nowUs;
    }

    /// <summary>What is due by now has waited long enough.</summary>
    /// <returns>Why it had to wait.</returns>
    public string GiveUp(long nowUs)
    {
        gaveUpUs = nowUs;
        return state.ClosingWithoutIntake = Cause();
    }

    private string Cause() => link.Fault?.Cause ?? $"{drain.Left} messages that waited in it are not stored yet";

    private string Show(long us) => settings.Billing.TimeZone.Show(us);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hourly run of {Due} waits for the broker, {Timeout} at most: {Cause}")]
    private static partial void Waits(ILogger log, string due, string cause, TimeSpan timeout);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "DrainTimeout of {Timeout} has passed and the hourly run of {Due} goes on without what waits in the broker, whose events will be late: {Cause}")]
    private static partial void GoesOn(ILogger log, TimeSpan timeout, string due, string cause);
}
