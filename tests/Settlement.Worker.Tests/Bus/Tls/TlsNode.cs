using System.Security.Cryptography.X509Certificates;
using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Replay;
using Xunit;

namespace Settlement.Worker.Tests.Bus.Tls;

/// <summary>A node that takes encrypted connections of clients with a certificate. Its own certificate is for <c>localhost</c>.</summary>
public sealed class TlsNode : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-tls-");
    private readonly X509Certificate2 ca = Pem.Ca("a CA");
    private PrivateNode? node;
    private int port;

    /// <summary>What a worker needs to be let in.</summary>
    internal RabbitMqSettings Settings
    {
        get
        {
            Assert.SkipUnless(node is not null, "RabbitMQ: rabbitmq-server is not installed");
            using var client = Pem.Client(ca);
            return new RabbitMqSettings(
                "localhost", port, UseTls: true, Ca: Pem.Of(ca), ClientCertificate: Pem.Of(client), ClientKey: Pem.KeyOf(client));
        }
    }

    internal X509Certificate2 Ca => ca;

    internal PrivateNode Node => node!;

    public async ValueTask InitializeAsync()
    {
        if (!PrivateNode.IsInstalled)
            return;
        port = RunningWorkerTests.FreePort();
        using var server = Pem.Server(ca, "localhost");
        Write("ca.pem", Pem.Of(ca));
        Write("server.pem", Pem.Of(server));
        Write("server.key", Pem.KeyOf(server));
        node = await PrivateNode.StartAsync(folder.FullName, $"""
            listeners.ssl.1 = 127.0.0.1:{port}
            ssl_options.cacertfile = {PathOf("ca.pem")}
            ssl_options.certfile = {PathOf("server.pem")}
            ssl_options.keyfile = {PathOf("server.key")}
            ssl_options.verify = verify_peer
            ssl_options.fail_if_no_peer_cert = true
            ssl_options.depth = 2

            """);
    }

    /// <summary>The broker shows another certificate from now on.</summary>
    internal async Task ShowAsync(X509Certificate2 server)
    {
        Write("server.pem", Pem.Of(server));
        Write("server.key", Pem.KeyOf(server));
        await Node.ControlAsync("eval", "ssl:clear_pem_cache().");
    }

    /// <summary>A file that a setting can name.</summary>
    internal string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>Settings as variables, with certificates and keys in files.</summary>
    internal string[] Environment(RabbitMqSettings settings) =>
    [
        "RabbitMq__UseTls=true",
        .. new[] { ("Ca", settings.Ca), ("ClientCertificate", settings.ClientCertificate), ("ClientKey", settings.ClientKey),
            ("ClientKeyPassword", settings.ClientKeyPassword) }
            .Where(s => s.Item2 is not null).Select(s => $"RabbitMq__{s.Item1}File={Write($"{Guid.NewGuid():N}.pem", s.Item2 + "\n")}"),
    ];

    public async ValueTask DisposeAsync()
    {
        if (node is not null)
            await node.DisposeAsync();
        ca.Dispose();
        folder.Delete(recursive: true);
    }

    private string PathOf(string name) => Path.Combine(folder.FullName, name);
}
