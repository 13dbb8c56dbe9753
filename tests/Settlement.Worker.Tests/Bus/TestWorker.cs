using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Settlement.Domain.Usage;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Bus;

/// <summary>A worker that consists only of the bus; it stores into lists, and fails when told to.</summary>
public sealed class TestWorker : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly IHost _host;

    private TestWorker(RabbitMqSettings settings, TimeSpan[]? retries, IntakeSettings? intake)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(new TestLog());
        builder.Services.AddSingleton<StoreUsage>(StoreUsage).AddSingleton<StoreCommands>(StoreCommands);
        builder.Services.AddSettlementBus(settings, intake, retries: retries ?? [TimeSpan.FromMilliseconds(20)]);
        _host = builder.Build();
    }

    /// <summary>Asked before each commit; if it returns an exception, the store throws it.</summary>
    public Func<int, Exception?> Fail { get; set; } = _ => null;

    public ConcurrentQueue<ReadEvent> Events { get; } = [];

    public ConcurrentQueue<string> Commands { get; } = [];

    /// <summary>How many events each attempt to commit had, including failed attempts.</summary>
    public ConcurrentQueue<int> Tries { get; } = [];

    public IServiceProvider Services => _host.Services;

    public BrokerLink Link => Services.GetRequiredService<BrokerLink>();

    /// <summary>Messages are taken in: from the broker, or by the in-process bus.</summary>
    public bool IsUp => Services.GetService<IBusControl>() is { } bus ? bus.CheckHealth().Status == BusHealthStatus.Healthy : Link.TakesIn;

    public Drain Drain => Services.GetRequiredService<Drain>();

    public IEnumerable<string> Ids => Events.Select(e => e.Call?.Id ?? e.Malformed!.Field);

    public static async Task<TestWorker> StartAsync(
        RabbitMqSettings settings, Func<int, Exception?>? fail = null, TimeSpan[]? retries = null, bool waitForBus = true,
        IntakeSettings? intake = null)
    {
        var worker = new TestWorker(settings, retries, intake);
        worker.Fail = fail ?? worker.Fail;
        await worker._host.StartAsync(TestContext.Current.CancellationToken);
        if (waitForBus)
            await UntilAsync(() => worker.IsUp, "the bus is up");
        return worker;
    }

    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"Waited {Patience} until {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private void StoreUsage(IReadOnlyList<ReadEvent> events)
    {
        Tries.Enqueue(events.Count);
        if (Fail(Tries.Count) is { } failure)
            throw failure;
        foreach (var e in events)
            Events.Enqueue(e);
    }

    private void StoreCommands(IReadOnlyList<string> commands)
    {
        Tries.Enqueue(commands.Count);
        if (Fail(Tries.Count) is { } failure)
            throw failure;
        foreach (var command in commands)
            Commands.Enqueue(command);
    }
}

/// <summary>What the worker logs, shown with a test that fails.</summary>
internal sealed class TestLog : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        TestContext.Current.TestOutputHelper?.WriteLine($"{logLevel}: {formatter(state, exception)} {exception?.Message}");

    public void Dispose()
    {
    }
}
