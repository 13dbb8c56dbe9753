using System.Globalization;
using System.Net;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Replay;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Bus.Tls;

/// <summary>A real broker that takes encrypted connections, and whom it lets in and who lets it pose as the broker.</summary>
public sealed class BrokerTlsTests(TlsNode node) : IClassFixture<TlsNode>, IDisposable
{
    private const string Open = """{"id":"open","type":"open-account","account":"a"}""";
    private const string Token = "a token of the test";
    private readonly ReplayStore store = ReplayStore.Create(Refusals.Catalog, ReplayStore.NowUs);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task With_its_CA_and_a_client_certificate_everything_works_over_encrypted_connections()
    {
        var settings = node.Settings;
        await using var connection = await BrokerConnection.OpenAsync(settings, "test", Cancel);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancel);
        await BrokerTopology.DeclareNoticesAsync(channel, Cancel);
        await channel.QueueDeclareAsync("listener", exclusive: true, cancellationToken: Cancel);
        await channel.QueueBindAsync("listener", BrokerTopology.BillingNotices, "#", cancellationToken: Cancel);
        var port = RunningWorkerTests.FreePort();
        await using var worker = WorkerProcess.Start(settings, store, [.. node.Environment(settings), Http(port)]);
        await worker.UntilAsync(() => new Health(port).AnswersAsync("ready", HttpStatusCode.OK), "it is ready");

        await SendAsync(channel, BrokerTopology.BillingCommands, Open);
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Notice WHERE Published = 1") == 1, "the command is answered");
        await SendAsync(channel, BrokerTopology.UsageEvents, Refusals.Event("one"));
        await SendAsync(channel, BrokerTopology.UsageEvents, "unreadable");
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Usage") == 1, "the call is stored");
        await worker.UntilAsync(async () =>
            await channel.BasicGetAsync("listener", autoAck: true, Cancel) is not null, "the listener has the notice");
        await worker.UntilAsync(
            async () =>
                await BrokerTopology.DepthAsync(
                connection, BrokerTopology.ErrorQueueOf(BrokerTopology.UsageEvents), Cancel) == 1, "it is in the error queue");

        var errors = await VerbAsync(settings, "errors", "list", "--output", "json");
        Assert.Equal((Exit.Done, "unreadable"), (errors.Exit, JsonDocument.Parse(errors.Output).RootElement[0].GetProperty("body").GetString()));
        var status = await VerbAsync(settings, "status", "--output", "json");
        Assert.Equal(1, JsonDocument.Parse(status.Output).RootElement.GetProperty("queues")[0].GetProperty("unreadable").GetInt32());
        var connections = await node.Node.ControlAsync("list_connections", "--no-table-headers", "ssl", "ssl_protocol", "peer_cert_subject");
        Assert.All(connections.TrimEnd().Split('\n'), c => Assert.Matches("^true\ttlsv1\\.[23]\tCN=settlement$", c));
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task A_broker_with_a_certificate_of_another_CA_is_refused_and_health_and_status_and_verbs_say_so()
    {
        var settings = node.Settings;
        using var other = Pem.Ca("another CA");
        settings = settings with { Ca = Pem.Of(other) };
        var port = RunningWorkerTests.FreePort();
        await using var worker = WorkerProcess.Start(settings, store, [.. node.Environment(settings), Http(port), $"Http__Token={Token}"]);
        const string Cause = "the certificate of localhost is refused: it is not issued by any of RabbitMq:Ca";
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Trouble WHERE What = 'broker'") == 1, "the trouble is recorded");

        var (exit, answer, error) = await VerbAsync(settings, ["health", "--output", "json"], [Http(port), $"Http__Token={Token}"]);
        Assert.True(exit == Exit.Differs, error);
        Assert.Equal(Cause, JsonDocument.Parse(answer).RootElement.GetProperty("reasons")[0].GetProperty("cause").GetString());
        var status = JsonDocument.Parse((await VerbAsync(settings, "status", "--output", "json")).Output).RootElement;
        Assert.Equal(Cause, status.GetProperty("brokerFault").GetString());
        Assert.Equal($"no messages can be taken in from the broker: {Cause}", status.GetProperty("trouble")[0].GetProperty("cause").GetString());
        var errors = await VerbAsync(settings, "errors", "list");
        Assert.Equal((Exit.Unexpected, $"The broker: {Cause} (--verbose shows where)\n"), (errors.Exit, errors.Error));
        await worker.UntilLoggedAsync($"No messages can be taken in from the broker at localhost:{settings.Port}: {Cause}");
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task Whoever_is_not_the_broker_of_that_name_is_refused_by_every_kind_of_connection()
    {
        var settings = node.Settings;
        using var other = Pem.Ca("another CA");
        await RefusedAsync(settings with { Host = "127.0.0.1" }, "the certificate of 127.0.0.1 is refused: it is for localhost, not for 127.0.0.1");
        await RefusedAsync(settings with { Ca = Pem.Of(other) }, "it is not issued by any of RabbitMq:Ca");
        await RefusedAsync(settings with { Ca = null }, "it is not issued by any of the certificates that this system trusts");
    }

    [Fact]
    public async Task A_worker_without_the_right_certificate_of_its_own_is_not_let_in()
    {
        var settings = node.Settings;
        using var other = Pem.Ca("another CA");
        using var stranger = Pem.Client(other);
        const string Cause = "the broker closed the encrypted connection at once: it misses a certificate of this client (RabbitMq:ClientCertificate)";
        await CauseAsync(settings with { ClientCertificate = null, ClientKey = null }, Cause);
        await CauseAsync(settings with { ClientCertificate = Pem.Of(stranger), ClientKey = Pem.KeyOf(stranger) }, Cause);
    }

    [Fact]
    public async Task A_key_may_be_encrypted_and_a_certificate_may_be_issued_by_an_intermediate_one_that_goes_with_it()
    {
        var settings = node.Settings;
        using var below = Pem.Ca("below", node.Ca);
        using var client = Pem.Client(below, "from below");
        var encrypted = settings with
        {
            ClientCertificate = Pem.Of(client) + "\n" + Pem.Of(below), ClientKey = Pem.EncryptedKeyOf(client, "of the key"),
            ClientKeyPassword = "of the key",
        };
        await using var connection = await BrokerConnection.OpenAsync(encrypted, "test", Cancel);
        Assert.Contains("CN=from below", await node.Node.ControlAsync("list_connections", "peer_cert_subject"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_refused_and_a_new_one_is_taken_without_a_restart()
    {
        var settings = node.Settings;
        using var expired = Pem.Server(node.Ca, "localhost", DateTimeOffset.UtcNow.AddDays(-1));
        using var renewed = Pem.Server(node.Ca, "localhost");
        await node.ShowAsync(expired);
        var port = RunningWorkerTests.FreePort();
        await using var worker = WorkerProcess.Start(settings, store, [.. node.Environment(settings), Http(port)]);
        await worker.UntilLoggedAsync("the certificate of localhost is refused: it is valid from ");
        await CauseAsync(settings, $"to {expired.NotAfter.ToUniversalTime():u} only");
        await node.ShowAsync(renewed);
        await worker.UntilAsync(() => new Health(port).AnswersAsync("ready", HttpStatusCode.OK), "it is ready");
        Assert.Equal(0, await worker.StopAsync());
    }

    private static string Http(int port) => string.Create(CultureInfo.InvariantCulture, $"Http__Port={port}");

    private static ValueTask SendAsync(IChannel channel, string exchange, string body) =>
        channel.BasicPublishAsync(
            exchange, "", mandatory: true, new BasicProperties { Persistent = true }, System.Text.Encoding.UTF8.GetBytes(body), Cancel);

    /// <summary>A connection of our own is refused, and so is the bus's, which MassTransit makes.</summary>
    private static async Task RefusedAsync(RabbitMqSettings settings, string cause)
    {
        await CauseAsync(settings, cause);
        var worker = new ServiceCollection().AddLogging()
            .AddSingleton<StoreUsage>(_ => { }).AddSingleton<StoreCommands>(_ => { }).AddSettlementBus(settings);
        await using var provider = worker.BuildServiceProvider();
        await using var own = provider.GetServices<IHostedService>().OfType<BusKeeper>().Single().BusServices();
        var bus = own.GetRequiredService<IBusControl>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(4));
        await Assert.ThrowsAnyAsync<Exception>(() => bus.StartAsync(limit.Token));
        Assert.NotEqual(BusHealthStatus.Healthy, bus.CheckHealth().Status);
    }

    private static async Task CauseAsync(RabbitMqSettings settings, string cause)
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var connection = await BrokerConnection.OpenAsync(settings, "test", Cancel);
        });
        Assert.True(BrokerConnection.IsLost(refused, Cancel), refused.ToString());
        Assert.True(BrokerConnection.CauseOf(refused).Contains(cause, StringComparison.Ordinal), $"{BrokerConnection.CauseOf(refused)}\n{refused}");
    }

    private Task<(int Exit, string Output, string Error)> VerbAsync(RabbitMqSettings settings, params string[] verb) => VerbAsync(settings, verb, []);

    private Task<(int Exit, string Output, string Error)> VerbAsync(RabbitMqSettings settings, string[] verb, string[] more)
    {
        string[] environment =
        [
            $"Database__ConnectionString={store.ConnectionString}", $"RabbitMq__Host={settings.Host}",
            string.Create(CultureInfo.InvariantCulture, $"RabbitMq__Port={settings.Port}"), "Billing__MaxUsageAge=20000.00:00:00",
            .. node.Environment(settings), .. more,
        ];
        return Checkout.RunAsync(
            Path.Combine(AppContext.BaseDirectory, "settlement"), verb, environment: environment.Select(e => e.Split('=', 2))
                .Select(e => (e[0], e[1])));
    }
}
