// The bus. Topology, bodies, batches, retries and the handling of failures are decided here; the consumers only call the store.
using MassTransit;
using MassTransit.Middleware;
using MassTransit.RabbitMqTransport;
using Settlement.Worker.Ingest;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

public static class BusSetup
{
    /// <summary>
    /// Ten minutes of retries at growing intervals; then the messages go back to the queue and it starts over, for as long as the database is down.
    /// Well below the half hour after which RabbitMQ takes an unacknowledged message away from its consumer.
    /// </summary>
    private static readonly TimeSpan[] Retries =
        [.. new[] { 1, 2, 4, 8, 15 }.Concat(Enumerable.Repeat(30, 19)).Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>How long a stopping worker waits for a commit in progress before it leaves its messages to the broker.</summary>
    private static readonly TimeSpan ConsumerStopTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds the bus, <see cref="Drain"/> and <see cref="BrokerLink"/>. The container must provide <see cref="StoreUsage"/> and
    /// <see cref="StoreCommands"/>. The bus starts with the host and does not wait for the broker: it connects when it can.
    /// </summary>
    public static IServiceCollection AddSettlementBus(
        this IServiceCollection services, RabbitMqSettings settings, IntakeSettings? intake = null, TimeSpan[]? retries = null)
    {
        var options = new InputOptions(intake ?? IntakeSettings.Default, retries ?? Retries, settings.MaxBodyBytes);
        services.AddSingleton(options.Intake);
        if (!settings.HasHost)
        {
            services.AddSingleton(_ => Drain.Nothing()).AddSingleton(_ => BrokerLink.None());
            return AddBus(services, bus => bus.UsingInMemory((context, memory) => InProcess(context, memory, options)));
        }

        services.AddSingleton(_ => Drain.OfInputs()).AddSingleton(_ => BrokerLink.OfInputs(TimeProvider.System));
        return services.AddHostedService(provider => new BusKeeper(
            settings,
            provider.GetRequiredService<BrokerLink>(),
            provider.GetRequiredService<Drain>(),
            (own, nodes) => AddBusOnBroker(own, provider, nodes, options),
            provider.GetRequiredService<ILoggerFactory>(),
            TimeProvider.System));
    }

    /// <summary>Adds a bus on the broker to a container of its own, together with what it needs from the worker's container.</summary>
    private static void AddBusOnBroker(IServiceCollection own, IServiceProvider worker, RabbitMqSettings settings, InputOptions options)
    {
        own.AddSingleton(worker.GetRequiredService<StoreUsage>()).AddSingleton(worker.GetRequiredService<StoreCommands>())
            .AddSingleton(worker.GetRequiredService<Drain>()).AddSingleton(options.Intake);
        AddBus(own, bus => bus.UsingRabbitMq((context, rabbit) => OverRabbitMq(context, rabbit, settings, options)));
    }

    internal static IServiceCollection AddBus(IServiceCollection services, Action<IBusRegistrationConfigurator> transport)
    {
        services.AddSingleton<BusEnd>();
        services.Configure<MassTransitHostOptions>(host => host.ConsumerStopTimeout = ConsumerStopTimeout);
        return services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConsumer<UsageConsumer>();
            bus.AddConsumer<CommandConsumer>();
            transport(bus);
        });
    }

    private static void OverRabbitMq(
        IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus, RabbitMqSettings settings, InputOptions options)
    {
        var node = settings.Nodes[0];
        bus.Host(node.Host, (ushort)node.Port!.Value, settings.VirtualHost, "settlement", host =>
        {
            host.Username(settings.Username);
            host.Password(settings.Password);
            host.PublisherConfirmation = true;
            host.MaxMessageSize(BrokerConnection.MostBytes);
            host.OnRefreshConnectionFactory = factory =>
            {
                BrokerConnection.Prepare(factory, settings);
                return Task.CompletedTask;
            };
        });
        bus.ReceiveEndpoint(BrokerTopology.UsageEvents, input =>
        {
            OnQueue(context, input, BrokerTopology.UsageEvents);
            Usage(context, input, options);
            // Limits what the channel dispatches, not what is read in parallel: see BoundedConsumer.
            input.ConcurrentMessageLimit = 1;
            Bounded(context, input, BrokerTopology.UsageEvents, options.Ahead, options);
        });
        bus.ReceiveEndpoint(BrokerTopology.BillingCommands, input =>
        {
            OnQueue(context, input, BrokerTopology.BillingCommands);
            Commands(context, input, options);
            Bounded(context, input, BrokerTopology.BillingCommands, 1, options);
        });
    }

    private static void InProcess(IBusRegistrationContext context, IInMemoryBusFactoryConfigurator bus, InputOptions options)
    {
        // Everything that is sent to it is a RawBody.
        bus.ClearSerialization();
        bus.AddSerializer(RawBodySerialization.OfCommands(options.MaxBodyBytes));
        bus.AddDeserializer(RawBodySerialization.OfCommands(options.MaxBodyBytes), isDefault: true);
        var inHand = new InHand(context.GetRequiredService<Drain>());
        bus.ReceiveEndpoint(BrokerTopology.UsageEvents, input =>
        {
            input.UseFilter(inHand);
            Usage(context, input, options);
        });
        bus.ReceiveEndpoint(BrokerTopology.BillingCommands, input =>
        {
            input.UseFilter(inHand);
            Commands(context, input, options);
        });
    }

    /// <summary>
    /// The queue is declared by <see cref="BrokerTopology"/>, not by MassTransit, which would give the error queue the same arguments and refuse an
    /// existing queue that has different ones. The depth is taken before a consumer starts.
    /// </summary>
    private static void OnQueue(IBusRegistrationContext context, IRabbitMqReceiveEndpointConfigurator input, string queue)
    {
        var drain = context.GetRequiredService<Drain>();
        input.BindQueue = false;
        foreach (var (name, value) in BrokerTopology.ErrorArguments)
            input.SetQueueArgument(name, value!);
        input.ConfigureChannel(channel => channel.UseExecuteAsync(async c =>
            drain.Expect(queue, await BrokerTopology.DeclareInputAsync(c.ConnectionContext.Connection, queue, c.CancellationToken))));
    }

    /// <summary>Bounds what is in hand by bytes as well.</summary>
    private static void Bounded(
        IBusRegistrationContext context, IRabbitMqReceiveEndpointConfigurator input, string queue, int mostMessages, InputOptions options)
    {
        var bounds = new Bounds(
            queue, options.MaxBodyBytes, mostMessages, context.GetRequiredService<Drain>(), context.GetRequiredService<ILogger<BoundedConsumer>>());
        input.ConfigureChannel(channel => channel.UseFilter(new BoundedChannelFilter(bounds)));
    }

    private static void Usage(IBusRegistrationContext context, IReceiveEndpointConfigurator input, InputOptions options)
    {
        var end = context.GetRequiredService<BusEnd>();
        Input(context, input, BrokerTopology.UsageEvents, RawBodySerialization.OfUsage(options.MaxBodyBytes), options);
        // One batch at a time, in the order of delivery (2.4); meanwhile the messages of the next batches are read.
        input.UseFilter(new DeliveryOrder());
        input.PrefetchCount = options.Ahead;
        input.ConcurrentMessageLimit = options.Ahead;
        input.ConfigureConsumer<UsageConsumer>(context, consumer =>
        {
            consumer.Options<BatchOptions>(batch => batch
                .SetMessageLimit(options.Intake.MessageLimit).SetTimeLimit(options.Intake.TimeLimit).SetConcurrencyLimit(1));
            // The retry is for the batch, not for its messages: it stays together and is retried as a whole.
            consumer.Message<Batch<UsageMessage>>(message => message.UseMessageRetry(retry =>
            {
                retry.Ignore<Exception>(_ => end.HasCome);
                retry.Intervals(options.Retries);
            }));
        });
    }

    private static void Commands(IBusRegistrationContext context, IReceiveEndpointConfigurator input, InputOptions options)
    {
        var end = context.GetRequiredService<BusEnd>();
        Input(context, input, BrokerTopology.BillingCommands, RawBodySerialization.OfCommands(options.MaxBodyBytes), options);
        // One after the other, in the order of delivery.
        input.PrefetchCount = 1;
        input.ConcurrentMessageLimit = 1;
        input.ConfigureConsumer<CommandConsumer>(context, consumer =>
            consumer.Message<CommandMessage>(message => message.UseMessageRetry(retry =>
            {
                retry.Ignore<Exception>(e => e is UnstorableCommandException || end.HasCome);
                retry.Intervals(options.Retries);
            })));
    }

    private static void Input(
        IBusRegistrationContext context, IReceiveEndpointConfigurator input, string queue, RawBodySerialization serialization, InputOptions options)
    {
        input.ConfigureConsumeTopology = false;
        input.PublishFaults = false;
        input.ClearSerialization();
        input.AddSerializer(serialization);
        input.AddDeserializer(serialization, isDefault: true);
        input.ConfigureError(error =>
        {
            error.UseFilter(new UnreadableFilter(
                queue, context.GetRequiredService<Drain>(), context.GetRequiredService<BusEnd>(), options.Retries[^1],
                context.GetRequiredService<ILogger<UnreadableFilter>>()));
            error.UseFilter(new ErrorTransportFilter());
        });
    }

    private sealed record InputOptions(IntakeSettings Intake, TimeSpan[] Retries, int MaxBodyBytes)
    {
        /// <summary>How many usage messages are requested from the broker at a time, if they are small.</summary>
        public int Ahead => Intake.MessageLimit * IntakeSettings.BatchesAhead;
    }
}
