// How every connection to the broker is encrypted and whom it trusts: the bus, notices, error queues, queue depths.
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

internal static class BrokerTls
{
    /// <summary>The purpose "server authentication".</summary>
    private const string ForServers = "1.3.6.1.5.5.7.3.1";

    private const string PemMark = "-----";

    /// <param name="host">The name that the broker's certificate must be for.</param>
    public static SslOption OptionOf(RabbitMqSettings settings, string host)
    {
        if (!settings.UseTls)
            return new SslOption { Enabled = false };
        var roots = settings.Ca is { } ca ? CertificatesIn(ca) : null;
        var option = new SslOption
        {
            Enabled = true,
            ServerName = host,
            AcceptablePolicyErrors = SslPolicyErrors.None,
            CertificateValidationCallback = (_, certificate, chain, errors) => FaultOf(host, roots, certificate, chain, errors) is { } fault
                ? throw new AuthenticationException($"the certificate of {host} is refused: {fault}") : true,
        };
        if (settings.ClientCertificate is not null && ClientOf(settings) is { } client)
        {
            option.Certs = [client];
            // Intermediate certificates go with it; the broker may know the root alone.
            option.ClientCertificateContext = SslStreamCertificateContext.Create(client, CertificatesIn(settings.ClientCertificate), offline: true);
        }

        return option;
    }

    /// <summary>Empty if the text holds none, or any that is broken.</summary>
    public static X509Certificate2Collection CertificatesIn(string pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
            return certificates;
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    /// <returns>The certificate with its private key; null if they do not belong together or can't be read.</returns>
    public static X509Certificate2? ClientOf(RabbitMqSettings settings)
    {
        try
        {
            return IsEncrypted(settings.ClientKey!)
                ? X509Certificate2.CreateFromEncryptedPem(settings.ClientCertificate, settings.ClientKey, settings.ClientKeyPassword)
                : X509Certificate2.CreateFromPem(settings.ClientCertificate, settings.ClientKey);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    public static bool IsEncrypted(string key) => key.Contains("ENCRYPTED", StringComparison.Ordinal);

    /// <summary>Whether the broker ended the connection, instead of this client or the network before it: by an alert or by just closing.</summary>
    public static bool IsClosedByBroker(Exception e)
    {
        for (var at = e; at is not null; at = at is AggregateException several ? several.InnerExceptions[0] : at.InnerException)
        {
            if (at is EndOfStreamException
                || at is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted }
                || at.Message.Contains(" alert ", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The lines of a key that nobody may see.</summary>
    public static IEnumerable<string> SecretLines(string key) =>
        key.Split('\n', '\r').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith(PemMark, StringComparison.Ordinal));

    /// <returns>Why the certificate is refused; null if it is good.</returns>
    private static string? FaultOf(
        string host, X509Certificate2Collection? roots, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 server || chain is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return "the broker showed none";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"it is for {NamesOf(server)}, not for {host}";
        if (roots is null)
            return errors == SslPolicyErrors.None ? null : FaultOf(chain, server, "the certificates that this system trusts");
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(roots);
        own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ForServers));
        return own.Build(server) ? null : FaultOf(own, server, "RabbitMq:Ca");
    }

    private static string FaultOf(X509Chain chain, X509Certificate2 server, string trusted)
    {
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid) && (server.NotAfter < DateTime.Now || server.NotBefore > DateTime.Now))
            return $"it is valid from {Show(server.NotBefore)} to {Show(server.NotAfter)} only";
        return (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != X509ChainStatusFlags.NoError
            ? $"it is not issued by any of {trusted}" : status.ToString();
    }

    private static string Show(DateTime time) => time.ToUniversalTime().ToString("u", System.Globalization.CultureInfo.InvariantCulture);

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString()))).ToList();
        return names.Count > 0 ? string.Join(", ", names) : certificate.Subject;
    }
}
