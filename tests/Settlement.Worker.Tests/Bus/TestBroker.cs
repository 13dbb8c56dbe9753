using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Bus;

/// <summary>
/// A virtual host for one test, on the node that tests/broker.sh started, so that tests can use the real names side by side. Without a node, the test
/// is skipped with a reason.
/// </summary>
public sealed class TestBroker : IAsyncDisposable
{
    private string? added;

    private TestBroker(RabbitMqSettings settings, IConnection connection, IChannel channel)
    {
        Settings = settings;
        Connection = connection;
        Channel = channel;
    }

    public RabbitMqSettings Settings { get; }

    public IConnection Connection { get; }

    public IChannel Channel { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<TestBroker> StartAsync()
    {
        var address = Environment.GetEnvironmentVariable("SETTLEMENT_TEST_RABBITMQ");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "RabbitMQ: SETTLEMENT_TEST_RABBITMQ is not set");
        Assert.SkipWhen(
            string.IsNullOrEmpty(Environment.GetEnvironmentVariable("SETTLEMENT_TEST_RABBITMQCTL")),
            "RabbitMQ: SETTLEMENT_TEST_RABBITMQCTL is not set (tests need virtual hosts of their own)");
        var uri = new Uri(address);
        var login = uri.UserInfo.Split(':');
        var host = "t-" + Guid.NewGuid().ToString("N")[..12];
        await ControlAsync("add_vhost", host);
        await ControlAsync("set_permissions", "-p", host, login[0], ".*", ".*", ".*");
        var settings = new RabbitMqSettings(uri.Host, uri.Port, host, login[0], login[1]);
        var connection = await BrokerConnection.OpenAsync(settings, "test", Cancel);
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancel);
        return new TestBroker(settings, connection, channel);
    }

    /// <summary>A user for this test alone, with all rights on its virtual host; gone with the test.</summary>
    public async Task<RabbitMqSettings> AddUserAsync(string password)
    {
        added = "u-" + Guid.NewGuid().ToString("N")[..12];
        await ControlAsync("add_user", added, password);
        await ControlAsync("set_permissions", "-p", Settings.VirtualHost, added, ".*", ".*", ".*");
        return Settings with { Username = added, Password = password };
    }

    /// <summary>Runs rabbitmqctl on the test's node.</summary>
    public static async Task<string> ControlAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("SETTLEMENT_TEST_RABBITMQCTL")!, ["-q", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, $"rabbitmqctl {string.Join(' ', arguments)}: {await error}{await output}");
        return await output;
    }

    /// <summary>Rows of `rabbitmqctl list_…` in this test's virtual host, sorted.</summary>
    public async Task<string[]> ListAsync(string what, params string[] columns)
    {
        var output = await ControlAsync([what, "-p", Settings.VirtualHost, "--no-table-headers", .. columns]);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    public ValueTask PublishAsync(string exchange, string body, string? contentType = null, Action<BasicProperties>? more = null) =>
        PublishAsync(exchange, Encoding.UTF8.GetBytes(body), contentType, more);

    public ValueTask PublishAsync(string exchange, byte[] body, string? contentType = null, Action<BasicProperties>? more = null)
    {
        var properties = new BasicProperties { Persistent = true };
        if (contentType is not null)
            properties.ContentType = contentType;
        more?.Invoke(properties);
        return Channel.BasicPublishAsync(exchange, "", mandatory: true, properties, body, Cancel);
    }

    public async Task<uint> DepthAsync(string queue) => await BrokerTopology.DepthAsync(Connection, queue, Cancel) ?? 0;

    public async Task<uint> ErrorsAsync() => await DepthAsync("usage-events_error") + await DepthAsync("billing-commands_error");

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await ControlAsync("delete_vhost", Settings.VirtualHost);
        if (added is not null)
            await ControlAsync("delete_user", added);
    }
}
