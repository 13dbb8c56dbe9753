using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Settlement.Engine;
using Settlement.Engine.Commands;
using Settlement.Engine.Usage;
using Settlement.Worker.Bus;
using Settlement.Worker.Ingest;
using Settlement.Worker.Output;
using Settlement.Worker.Settings;
using Settlement.Worker.Telemetry;

namespace Settlement.Worker.Running;

/// <summary>The worker as one host: bus, schedules, time line, relay and health, on one open store.</summary>
internal static class WorkerHost
{
    public static WebApplication Build(WorkerSettings settings, SettlementCore core, bool verbose)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddStandardError(settings, verbose);
        var services = builder.Services;
        if (settings.Http.Port == 0)
            services.AddSingleton<IServer, NoServer>();
        else
            HttpServing.Listen(builder.WebHost, settings.Http);
        services.AddSingleton(core).AddSingleton(settings).AddSingleton(Secrets.Of(settings)).AddSingleton(core.Clock);
        services.AddSingleton<Wakeup>().AddSingleton<WorkerState>().AddSingleton<IntakeGate>().AddSingleton<ClockGate>().AddSingleton<Readiness>();
        services.AddSingleton<Instruments>().AddSingleton<CatchUp>().AddSingleton<FiguresKeeper>()
            .AddHostedService(provider => provider.GetRequiredService<FiguresKeeper>());
        services.AddExporting(settings, builder.Configuration);
        services.AddSingleton<StoreUsage>(provider => events =>
            provider.GetRequiredService<WorkerState>().Usage.Note(
                () => Store(core, events, provider.GetRequiredService<Instruments>()), () => core.NowUs));
        services.AddSingleton<StoreCommands>(provider => bodies =>
        {
            using var span = Tracing.Source.StartActivity("store commands");
            span?.SetTag("settlement.commands", bodies.Count);
            IReadOnlyList<UnstoredCommand> unstored = [];
            provider.GetRequiredService<WorkerState>().Commands.Note(() => unstored = core.CommandIntake.Store(bodies, core.NowUs), () => core.NowUs);
            provider.GetRequiredService<Wakeup>().Wake();
            // This is not a failure of the intake: what waits behind these commands is stored.
            if (unstored.Count > 0)
                throw UnstorableCommandException.Of(unstored);
        });
        services.AddHostedService<TimelineService>().AddHostedService<TroubleKeeper>();
        services.AddSettlementBus(settings.RabbitMq);
        Schedules.AddTo(services);
        if (settings.RabbitMq.HasHost)
            services.AddSingleton(new NoticePublisher(settings.RabbitMq)).AddHostedService<RelayService>();
        var app = builder.Build();
        if (settings.Http.Port != 0)
            HttpServing.Serve(app);
        Measure(app.Services);
        app.Lifetime.ApplicationStopping.Register(core.Store.NoMoreTries);
        return app;
    }

    private static void Store(SettlementCore core, IReadOnlyList<Domain.Usage.ReadEvent> events, Instruments instruments)
    {
        using var span = Tracing.Source.StartActivity("store usage");
        try
        {
            var counts = core.Intake.Store(Arrived(events, core.NowUs));
            instruments.Taken(counts);
            span?.SetTag("settlement.events", counts.Events).SetTag("settlement.stored", counts.Accepted + counts.NotBillable)
                .SetTag("settlement.duplicate", counts.Duplicate).SetTag("settlement.held", counts.Quarantined);
        }
        catch (Exception e) when (span.Failed(e))
        {
            throw;
        }
    }

    /// <summary>Instruments count from the start, not from the first time that something asks for them.</summary>
    private static void Measure(IServiceProvider services)
    {
        Exporting.Begin(services);
        var (readiness, meter) = (services.GetRequiredService<Readiness>(), services.GetRequiredService<Instruments>().Meter);
        _ = new Gauges(meter, services.GetRequiredService<FiguresKeeper>(), services.GetRequiredService<CatchUp>(), () => readiness.LastUnready);
    }

    private static Arrival[] Arrived(IReadOnlyList<Domain.Usage.ReadEvent> events, long nowUs) => [.. events.Select(e => new Arrival(e, nowUs))];

    /// <summary>Http:Port 0: the worker listens nowhere.</summary>
    private sealed class NoServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
