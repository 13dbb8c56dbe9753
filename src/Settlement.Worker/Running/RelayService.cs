using Settlement.Engine;
using Settlement.Engine.Notices;
using Settlement.Storage.Engines;
using Settlement.Worker.Bus;
using Settlement.Worker.Telemetry;

namespace Settlement.Worker.Running;

/// <summary>
/// Publishes what waits in the outbox, in order and with confirms, and marks what the broker has taken. A crash in between publishes it again: at
/// least once. If there are several workers, only one publishes.
/// </summary>
internal sealed partial class RelayService(SettlementCore core, NoticePublisher publisher, ILogger<RelayService> log) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WhileAnother = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);
    private readonly RefusedAccounts refused = new(Random.Shared.NextDouble);
    private DateTimeOffset nextWarning;
    private WorkClaim? claim;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var relay = new Relay(core.Store, core.Clock, publisher.PublishAsync, refused);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var wait = await RoundAsync(relay, stoppingToken);
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait, core.Clock, stoppingToken);
            }
        }
        finally
        {
            claim?.Dispose();
        }
    }

    private async Task<TimeSpan> RoundAsync(Relay relay, CancellationToken cancel)
    {
        try
        {
            claim ??= core.Store.Engine.TryClaim("relay");
            if (claim is null)
                return WhileAnother;
            var since = core.Clock.GetUtcNow();
            var round = await relay.RoundAsync(claim, cancel);
            if (round.Published > 0)
                Tracing.Past("publish notices", since)?.SetTag("settlement.notices", round.Published).Dispose();
            if (round.Refused > 0)
                Warn();
            if (round.Failure is null)
                return round.Wait;
            Failed(log, round.Failure.Message);
        }
        catch (ClaimLostException)
        {
            // Another worker has published them in the meantime, and perhaps this one has too: under the same id.
            claim?.Dispose();
            claim = null;
            return WhileAnother;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // Whatever the error: a relay that ends would end the worker, and with it the billing.
            Failed(log, e.Message);
        }

        return AfterFailure;
    }

    /// <summary>A full queue refuses over and over: one line a minute says so.</summary>
    private void Warn()
    {
        var now = core.Clock.GetUtcNow();
        if (now < nextWarning)
            return;
        nextWarning = now + BetweenWarnings;
        Refused(log, refused.Count);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notices could not be published and are kept: {Cause}")]
    private static partial void Failed(ILogger log, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker refused notices of {Accounts} accounts, because the queue of a listener is full; they are kept and tried again")]
    private static partial void Refused(ILogger log, int accounts);
}
