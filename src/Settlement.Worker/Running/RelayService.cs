using System.Data.Common;
using Settlement.Storage.Engines;
using Settlement.Storage.Notices;
using Settlement.Worker.Bus;

namespace Settlement.Worker.Running;

/// <summary>
/// Publishes what waits in the outbox, in order and with confirms, and marks what the broker has taken. A crash in between publishes again: at least once. Of several
/// workers one publishes.
/// </summary>
internal sealed partial class RelayService(SettlementCore core, NoticePublisher publisher, ILogger<RelayService> log) : BackgroundService
{
    private const int NoticesPerRound = 500;
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WhileAnother = TimeSpan.FromSeconds(2);
    private WorkClaim? claim;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var wait = await RoundAsync(stoppingToken);
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait, core.Clock, stoppingToken);
            }
        }
        finally
        {
            claim?.Dispose();
        }
    }

    private async Task<TimeSpan> RoundAsync(CancellationToken cancel)
    {
        try
        {
            claim ??= core.Store.Engine.TryClaim("relay");
            if (claim is null)
                return WhileAnother;
            var notices = core.Store.Read(session => Outbox.Next(session, NoticesPerRound));
            if (notices.Count == 0)
                return Idle;
            var outgoing = notices.ConvertAll(n => new OutgoingNotice(n.NoticeId, n.Name, NoticeBody.Of(n, core.Store.Settings.TimeZone)));
            var outcome = await publisher.PublishAsync(outgoing, cancel);
            if (outcome.Confirmed > 0)
                core.Store.Write(session => Outbox.MarkPublished(session, notices.Take(outcome.Confirmed)), claim);
            if (outcome.Failure is null)
                return TimeSpan.Zero;
            NotPublished(log, notices.Count - outcome.Confirmed, outcome.Failure.Message);
        }
        catch (ClaimLostException)
        {
            // Published by another worker meanwhile, and perhaps by this one too: under one id.
            claim?.Dispose();
            claim = null;
            return WhileAnother;
        }
        catch (Exception e) when (BrokerConnection.IsLost(e, cancel) || e is DbException)
        {
            Failed(log, e.Message);
        }

        return AfterFailure;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notices could not be published and are kept: {Cause}")]
    private static partial void Failed(ILogger log, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} notices could not be published yet and are kept: {Cause}")]
    private static partial void NotPublished(ILogger log, int count, string cause);
}
