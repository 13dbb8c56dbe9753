using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Settlement.Domain.Usage;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;

namespace Settlement.Benchmarks.Harness;

/// <summary>The worker's bus, set up as in <c>run</c>, on a separate store: how long it takes to drain the queue.</summary>
internal static class WorkerBus
{
    /// <returns>The time from when the bus knows what is waiting, just before it consumes, until the last event is committed.</returns>
    public static async Task<Taken> DrainAsync(Broker broker, long events, Action<IReadOnlyList<ReadEvent>> store, IntakeSettings? intake = null)
    {
        var stored = 0L;
        var watch = default(Watch);
        var done = new TaskCompletionSource<Taken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddConsole();
        builder.Services.AddSingleton<StoreCommands>(_ => { });
        builder.Services.AddSingleton<StoreUsage>(batch =>
        {
            store(batch);
            if ((stored += batch.Count) >= events)
                done.TrySetResult(watch.Taken);
        });
        builder.Services.AddSettlementBus(broker.Settings, intake);
        using var host = builder.Build();
        await host.StartAsync();
        var drain = host.Services.GetRequiredService<Drain>();
        while (drain.Left is null)
            await Task.Delay(1);
        watch = Watch.Now();
        var taken = await done.Task;
        await host.StopAsync();
        return taken;
    }
}
