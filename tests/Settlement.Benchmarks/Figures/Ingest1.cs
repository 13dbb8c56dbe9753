using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Settlement.Benchmarks.Harness;
using Settlement.Contracts;
using Settlement.Domain.Time;
using Settlement.Engine.Usage;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;

namespace Settlement.Benchmarks.Figures;

/// <summary>
/// One event per message, compared with a MassTransit batch consumer on the same queue that does nothing. For reference, a bare client that does
/// nothing is shown as well.
/// </summary>
internal static class Ingest1
{
    public static async Task RunAsync(Sizes sizes)
    {
        using var scratch = new Scratch(sizes);
        await using var broker = await Harness.Broker.OpenAsync();
        var messages = sizes.Number("messages", 50_000);
        var template = Harness.Broker.Template(scratch);
        var intake = new IntakeSettings(sizes.Number("limit", IntakeSettings.Default.MessageLimit), IntakeSettings.Default.TimeLimit);
        var (limit, prefetch) = (intake.MessageLimit, sizes.Number("empty-prefetch", intake.MessageLimit * IntakeSettings.BatchesAhead));
        var (bare, busAlone, asBatch) = (new List<Taken>(), new List<Taken>(), new List<Taken>());
        await Interleaved.RunAsync(
            $"ingest1: {messages:N0} messages of one event", sizes.Rounds, messages, "messages",
            new Timed($"empty MassTransit batch consumer: raw JSON, the worker's batches (100 messages, 50 ms) and prefetch ({prefetch})", async () =>
            {
                await broker.FillAsync(messages, 1);
                bare.Add(await BareDrain.DrainAsync(broker, messages, 100, _ => { }));
                await broker.FillAsync(messages, 1);
                asBatch.Add(await EmptyAsync(broker, messages, limit, limit));
                await broker.FillAsync(messages, 1);
                return await EmptyAsync(broker, messages, limit, prefetch);
            }),
            new Timed("the worker's bus and store", async () =>
            {
                await broker.FillAsync(messages, 1);
                busAlone.Add(await WorkerBus.DrainAsync(broker, messages, _ => { }, intake));
                await broker.FillAsync(messages, 1);
                return await WorkAsync(broker, scratch.CopyOf(template, "work"), messages, intake);
            }),
            Asked.RateAtLeast(0.8));
        Interleaved.Show("beside", $"the empty consumer with a prefetch of one batch ({limit})", asBatch, messages, "messages");
        Interleaved.Show("beside", "the worker's bus, nothing stored", busAlone, messages, "messages");
        Interleaved.Show("beside", "RabbitMQ.Client alone, nothing parsed or stored, a hundred acknowledged at once", bare, messages, "messages");
    }

    private static async Task<Taken> WorkAsync(Harness.Broker broker, string file, int messages, IntakeSettings intake)
    {
        Taken taken;
        using (var world = World.Open(file, Instant.OfUs(DateTimeOffset.UtcNow)))
        {
            taken = await WorkerBus.DrainAsync(broker, messages, batch =>
            {
                var nowUs = Instant.OfUs(DateTimeOffset.UtcNow);
                world.Core.Usage.Store([.. batch.Select(e => new Arrival(e, nowUs))]);
            }, intake);
        }

        Scratch.Delete(file);
        return taken;
    }

    private static async Task<Taken> EmptyAsync(Harness.Broker broker, int messages, int limit, int prefetch)
    {
        var counter = new Counter(messages);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddConsole();
        builder.Services.AddSingleton(counter);
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConsumer<Empty>();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                var settings = broker.Settings;
                rabbit.Host(settings.Host!, (ushort)settings.EffectivePort, settings.VirtualHost, "empty", _ => { });
                rabbit.ReceiveEndpoint(BrokerTopology.UsageEvents, input =>
                {
                    input.ConfigureConsumeTopology = false;
                    input.BindQueue = false;
                    foreach (var (name, value) in BrokerTopology.ArgumentsOf(BrokerTopology.UsageEvents))
                        input.SetQueueArgument(name, value!);
                    input.ClearSerialization();
                    input.UseRawJsonSerializer(RawSerializerOptions.AnyMessageType);
                    (input.PrefetchCount, input.ConcurrentMessageLimit) = (prefetch, prefetch);
                    input.ConfigureConsumer<Empty>(context, c =>
                        c.Options<BatchOptions>(b => b.SetMessageLimit(limit).SetTimeLimit(IntakeSettings.Default.TimeLimit).SetConcurrencyLimit(1)));
                });
            });
        });
        using var host = builder.Build();
        await host.StartAsync();
        var taken = await counter.Done.Task;
        await host.StopAsync();
        return taken;
    }

    /// <summary>Counts from the first batch on. There is no earlier moment to observe, which works in its favour.</summary>
    private sealed class Counter(int messages)
    {
        private int seen;
        private Watch? first;

        public TaskCompletionSource<Taken> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Add(int count)
        {
            first ??= Watch.Now();
            if (Interlocked.Add(ref seen, count) >= messages)
                Done.TrySetResult(first.Value.Taken);
        }
    }

    private sealed class Empty(Counter counter) : IConsumer<Batch<UsageEvent>>
    {
        public Task Consume(ConsumeContext<Batch<UsageEvent>> context)
        {
            counter.Add(context.Message.Length);
            return Task.CompletedTask;
        }
    }
}
