using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

/// <summary>
/// Keeps a bus running on the broker, indefinitely. MassTransit reconnects by itself when a connection breaks, but gives up for good on a refused
/// login and on anything else that it considers permanent. So each bus is created only after an attempt of our own has found the broker, login,
/// virtual host, queues and exchanges as they should be, and a bus that no longer takes messages in is ended and replaced.
/// </summary>
internal sealed partial class BusKeeper(
    RabbitMqSettings settings, BrokerLink link, Drain drain, Action<IServiceCollection, RabbitMqSettings> addBus, ILoggerFactory logs,
    TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>MassTransit's own first attempts to reconnect take one and four seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private readonly ILogger log = logs.CreateLogger<BusKeeper>();

    /// <summary>The node that answered the last attempt. It comes first: the bus itself takes any node that only accepts connections.</summary>
    private BrokerNode? answered;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        for (var pause = TimeSpan.FromSeconds(1); !stoppingToken.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var since = time.GetTimestamp();
            var cause = await KeepAsync(stoppingToken);
            if (time.GetElapsedTime(since) > LongestPause * 2)
                pause = TimeSpan.FromSeconds(1);
            if (stoppingToken.IsCancellationRequested)
                return;
            link.Failed(cause);
            NotTaken(log, settings.Address, cause, pause);
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One bus from its start to its end.</summary>
    /// <returns>Why it ended.</returns>
    private async Task<string> KeepAsync(CancellationToken cancel)
    {
        try
        {
            await DeclareAsync(cancel);
            await using var bus = await StartBusAsync(cancel);
            Taken(log, answered!);
            while (!await bus.EndsWithinAsync(LongestPause, cancel))
                await LookAtNoticesAsync(cancel);
            return link.Fault?.Cause ?? "the consumers stopped";
        }
        catch (Exception e)
        {
            // Whatever the error: giving up would end intake for good. It is reported in the log, readiness and status.
            return cancel.IsCancellationRequested ? "stopped" : BrokerConnection.CauseOf(e);
        }
    }

    private async Task DeclareAsync(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(StartLimit + (BrokerConnection.NodeLimit * 2 * (settings.Nodes.Count - 1)));
        await using var connection = await BrokerConnection.OpenAsync(settings, "start", limit.Token);
        answered = new BrokerNode(connection.Endpoint.HostName, connection.Endpoint.Port);
        foreach (var queue in BrokerTopology.Inputs)
            await BrokerTopology.DeclareInputAsync(connection, queue, limit.Token);
        await DeclareNoticesAsync(connection, limit.Token);
    }

    /// <summary>Declared early, so that listeners can bind before there is a first notice. Intake does not depend on it.</summary>
    private async Task DeclareNoticesAsync(IConnection connection, CancellationToken cancel)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
            await BrokerTopology.DeclareNoticesAsync(channel, cancel);
            link.Notices(null);
        }
        catch (OperationInterruptedException e) when (connection.IsOpen)
        {
            link.Notices(BrokerConnection.CauseOf(e));
            NoticesRefused(log, BrokerTopology.BillingNotices, BrokerConnection.CauseOf(e));
        }
    }

    /// <summary>Checks the notices exchange again while it is known to be wrong.</summary>
    private async Task LookAtNoticesAsync(CancellationToken cancel)
    {
        if (link.NoticesCause is null)
            return;
        try
        {
            await using var connection = await BrokerConnection.OpenAsync(settings, "notices", cancel);
            await DeclareNoticesAsync(connection, cancel);
        }
        catch (Exception e) when (BrokerConnection.IsLost(e, cancel))
        {
            // The bus reports this too.
        }
    }

    /// <summary>What one bus is made of.</summary>
    internal ServiceProvider BusServices()
    {
        var services = new ServiceCollection();
        services.AddSingleton(logs).AddLogging();
        addBus(services, answered is null ? settings : settings.Beginning(answered));
        return services.BuildServiceProvider();
    }

    private async Task<Life> StartBusAsync(CancellationToken cancel)
    {
        var life = new Life(BusServices(), link, drain);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(StartLimit);
            await life.Bus.StartAsync(limit.Token);
            return life;
        }
        catch
        {
            await life.DisposeAsync();
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Messages are taken in from the broker at {Node}")]
    private static partial void Taken(ILogger log, BrokerNode node);

    [LoggerMessage(Level = LogLevel.Error, Message = "No messages can be taken in from the broker at {Nodes}: {Cause}. Tried again in {Pause}")]
    private static partial void NotTaken(ILogger log, string nodes, string cause, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Error, Message = "The exchange {Exchange} can't be used, so notices wait unpublished: {Cause}")]
    private static partial void NoticesRefused(ILogger log, string exchange, string cause);

    /// <summary>A bus with its own container, so that nothing of it outlives it, and what it reports about its queues.</summary>
    private sealed class Life : IReceiveEndpointObserver, IAsyncDisposable
    {
        private readonly ServiceProvider services;
        private readonly BrokerLink link;
        private readonly Drain drain;
        private volatile bool ended;
        private TimeSpan lost;

        public Life(ServiceProvider services, BrokerLink link, Drain drain)
        {
            (this.services, this.link, this.drain) = (services, link, drain);
            Bus = services.GetRequiredService<IBusControl>();
            Bus.ConnectReceiveEndpointObserver(this);
        }

        public IBusControl Bus { get; }

        /// <summary>Whether nothing has been taken in for longer than MassTransit's own attempts take.</summary>
        public async Task<bool> EndsWithinAsync(TimeSpan look, CancellationToken cancel)
        {
            for (var waited = TimeSpan.Zero; waited < look; waited += Look)
            {
                await Task.Delay(Look, cancel);
                lost = link.TakesIn ? TimeSpan.Zero : lost + Look;
                if (lost >= Patience)
                    return true;
            }

            return false;
        }

        public Task Ready(ReceiveEndpointReady ready)
        {
            if (QueueOf(ready) is { } queue && !ended)
                link.Up(queue);
            return Task.CompletedTask;
        }

        public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

        public Task Completed(ReceiveEndpointCompleted completed) => Lost(completed, null);

        public Task Faulted(ReceiveEndpointFaulted faulted) => Lost(faulted, faulted.Exception is { } e ? BrokerConnection.CauseOf(e) : null);

        public async ValueTask DisposeAsync()
        {
            ended = true;
            services.GetRequiredService<BusEnd>().Come();
            var stop = StopAsync();
            // A stop that hangs on a dead connection is abandoned; what the bus still held is back with the broker.
            await Task.WhenAny(stop, Task.Delay(StopLimit));
            foreach (var queue in BrokerTopology.Inputs)
                drain.Lost(queue);
        }

        private async Task StopAsync()
        {
            await Task.Yield();
            await Bus.StopAsync(StopLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await services.DisposeAsync();
        }

        private Task Lost(ReceiveEndpointEvent at, string? why)
        {
            if (QueueOf(at) is not { } queue || ended)
                return Task.CompletedTask;
            link.Down(queue, why);
            drain.Lost(queue);
            return Task.CompletedTask;
        }

        private static string? QueueOf(ReceiveEndpointEvent at) =>
            BrokerTopology.Inputs.FirstOrDefault(queue => at.InputAddress.AbsolutePath.EndsWith("/" + queue, StringComparison.Ordinal));
    }
}
