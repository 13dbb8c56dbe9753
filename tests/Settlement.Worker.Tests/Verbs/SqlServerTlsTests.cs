using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Settlement.Worker.Tests.Bus.Tls;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

/// <summary>
/// Whom a verb takes for its SQL Server (docs/sql-server.md). There is none here: a listener stands in for it that encrypts as one does under
/// <c>Encrypt=Strict</c>, and notes whether the client, once it has seen the certificate, goes on to talk.
/// </summary>
public sealed class SqlServerTlsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-sql-tls-");
    private readonly X509Certificate2 ca = Pem.Ca("a CA");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        ca.Dispose();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("", "", "localhost", false)]
    [InlineData("TrustServerCertificate=True", "", "localhost", false)]
    [InlineData("ServerCertificate=FOLDER/right.pem", "", "localhost", true)]
    [InlineData("ServerCertificate=FOLDER/other.pem", "", "localhost", false)]
    [InlineData("", "ca.pem", "localhost", true)]
    [InlineData("", "other-ca.pem", "localhost", false)]
    [InlineData("", "ca.pem", "db.example", false)]
    [InlineData("HostNameInCertificate=db.example", "ca.pem", "db.example", true)]
    public async Task It_talks_only_to_the_server_that_it_is_told_to_trust(string settings, string trusted, string name, bool talks)
    {
        using var right = Pem.Server(ca, name);
        using var otherCa = Pem.Ca("another CA");
        using var other = Pem.Server(otherCa, name);
        foreach (var (file, certificate) in new[] { ("right.pem", right), ("other.pem", other), ("ca.pem", ca), ("other-ca.pem", otherCa) })
            File.WriteAllText(PathOf(file), Pem.Of(certificate));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var talked = TalksAsync(listener, right, limit.Token);
        var server = string.Create(CultureInfo.InvariantCulture, $"localhost,{((IPEndPoint)listener.LocalEndpoint).Port}");
        var connection = $"Server={server};Database=books;User ID=u;Password=p4ss;Encrypt=Strict;Connect Timeout=5;ConnectRetryCount=0;"
            + settings.Replace("FOLDER", folder.FullName, StringComparison.Ordinal);
        List<(string, string)> environment = [("Database__Engine", "SqlServer"), ("Database__ConnectionString", connection)];
        if (trusted.Length > 0)
            environment.Add(("SSL_CERT_FILE", PathOf(trusted)));
        var (exit, _, error) = await Checkout.RunAsync(
            Path.Combine(AppContext.BaseDirectory, "settlement"), ["status"], folder.FullName, environment);
        await limit.CancelAsync();
        Assert.Equal(1, exit);
        Assert.True(await talked == talks, error);
    }

    /// <summary>Whether any client sends anything over an encrypted connection before it is cancelled.</summary>
    private static async Task<bool> TalksAsync(TcpListener listener, X509Certificate2 certificate, CancellationToken cancel)
    {
        // A key that the listener's side can use again.
        using var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        var talked = false;
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(cancel);
                talked |= await TalksAsync(client, usable, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            return talked;
        }
    }

    private static async Task<bool> TalksAsync(TcpClient client, X509Certificate2 certificate, CancellationToken cancel)
    {
        await using var stream = new SslStream(client.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = certificate,
                    ApplicationProtocols = [new SslApplicationProtocol("tds/8.0")] }, cancel);
            return await stream.ReadAsync(new byte[16], cancel) > 0;
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
        {
            return false;
        }
    }

    private string PathOf(string name) => Path.Combine(folder.FullName, name);
}
