using Microsoft.AspNetCore.Connections;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Engines;
using Settlement.Worker.Ingest;
using Settlement.Worker.Running;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Verbs;

/// <summary>The worker.</summary>
internal sealed class RunVerb : Verb
{
    public RunVerb()
        : base("run", "The worker: takes in events and commands, closes hours, renews packages, sends notices, answers health checks. The default verb.") =>
        Does((_, context, cancel) => RunAsync(context, cancel));

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancel)
    {
        var settings = context.Settings;
        if (HealthPort.Fault(settings.Http) is { } taken)
            throw new BadInputException(taken);
        using var engine = OpenStore.EngineOf(context);
        if (engine is not SqliteEngine)
        {
            Migrate(engine, context);
            Check(engine, context);
        }

        using var attached = Attach(engine);
        Migrate(engine, context);
        var store = new SettlementStore(engine, settings.Billing);
        Open(store, context.NowUs);
        if (store.Read(StoreState.IsForTests))
            throw new BadInputException($"{engine.Describe()} is a store for tests (migrate --test-store): its clock may have run ahead, so no worker runs on it");
        var core = new SettlementCore(store, context.Time);
        context.Error.WriteLine($"Settling on {engine.Describe()}, {Broker(settings)}.");
        await using var app = WorkerHost.Build(settings, core, context.Verbose);
        await StartAsync(app, settings, cancel);
        await app.WaitForShutdownAsync(cancel);
        // A worker that gave up was not stopped: its error is the process's error.
        foreach (var service in app.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (service.ExecuteTask is { IsFaulted: true } failed)
                await failed;
        }

        return Exit.Done;
    }

    /// <summary>The port was free a moment ago, but another program may have been quicker.</summary>
    private static async Task StartAsync(WebApplication app, WorkerSettings settings, CancellationToken cancel)
    {
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new BadInputException($"{HealthPort.Key}: can't listen on port {settings.Http.Port}: {e.InnerException.Message}", e);
        }
    }

    private static IDisposable Attach(IEngine engine)
    {
        return engine.TryAttach(out var holder)
            ?? throw new BadInputException($"{engine.Describe()} has a worker already: {holder}. Only one worker can run on a SQLite file; verbs work beside it.");
    }

    /// <summary>
    /// On a laptop nobody runs <c>migrate</c>: the file is copied, then brought up to date. A server's schema changes only when its operators say so.
    /// </summary>
    private static void Migrate(IEngine engine, VerbContext context)
    {
        var differences = engine.SchemaDifferences();
        if (differences.Count == 0)
            return;
        if (engine is not SqliteEngine || differences.Any(d => d.EndsWith(SchemaDifference.Newer, StringComparison.Ordinal)))
            throw new SchemaNotUpToDateException(engine.Describe(), differences);
        if (engine.CopyBefore("migration", context.Time.GetUtcNow()) is { } copy)
            context.Error.WriteLine($"Copied the store to {copy} before migrating it.");
        engine.Migrate(line => context.Error.WriteLine(line));
    }

    /// <summary>
    /// Refuses, before the first message is taken, a database that is set up so that a worker would wait, lose or mix up something.
    /// </summary>
    private static void Check(IEngine engine, VerbContext context)
    {
        var faults = engine.Faults();
        foreach (var unknown in faults.Unknown)
            context.Error.WriteLine($"{engine.Describe()}: {unknown}");
        if (faults.Wrong.Count > 0)
            throw new BadInputException(string.Join('\n', faults.Wrong.Select(f => $"{engine.Describe()}: {f}")));
    }

    private static void Open(SettlementStore store, long nowUs)
    {
        try
        {
            store.Open(nowUs);
        }
        catch (StoreRefusedException e)
        {
            throw new BadInputException(e.Message, e);
        }
    }

    private static string Broker(WorkerSettings settings) =>
        settings.RabbitMq.HasHost ? $"RabbitMQ at {settings.RabbitMq.Address}" : "with an in-process bus: no broker is configured";
}
