using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Settlement.Worker.Tests.Bus.Tls;

/// <summary>Certificates made for a test.</summary>
internal static class Pem
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    public static string Of(X509Certificate2 certificate) => certificate.ExportCertificatePem();

    public static string KeyOf(X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    public static string EncryptedKeyOf(X509Certificate2 certificate, string password) => certificate.GetECDsaPrivateKey()!
        .ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000));

    /// <summary>A certificate authority; under another one if that is given.</summary>
    public static X509Certificate2 Ca(string name, X509Certificate2? above = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        if (above is null)
            return request.CreateSelfSigned(From, To);
        using var issued = request.Create(above, From, To.AddDays(-1), RandomNumberGenerator.GetBytes(12));
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>A broker's certificate.</summary>
    /// <param name="to">How long it is valid; for a year if not given.</param>
    public static X509Certificate2 Server(X509Certificate2 ca, string host, DateTimeOffset? to = null)
    {
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        return Issue(ca, host, ForServers, names.Build(), to ?? To.AddDays(-2));
    }

    /// <summary>A worker's certificate.</summary>
    public static X509Certificate2 Client(X509Certificate2 ca, string name = "settlement") => Issue(ca, name, ForClients, null, To.AddDays(-2));

    /// <summary>Two certificates of one key, which is the caller's to keep.</summary>
    public static (ECDsa Key, X509Certificate2 One, X509Certificate2 Other) Pair()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (key, Request("one", key).CreateSelfSigned(From, To), Request("other", key).CreateSelfSigned(From, To));
    }

    private static DateTimeOffset From => DateTimeOffset.UtcNow.AddDays(-30);

    private static DateTimeOffset To => DateTimeOffset.UtcNow.AddDays(365);

    private static X509Certificate2 Issue(X509Certificate2 ca, string name, string purpose, X509Extension? names, DateTimeOffset to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if (names is not null)
            request.CertificateExtensions.Add(names);
        using var issued = request.Create(ca, From.AddDays(1), to, RandomNumberGenerator.GetBytes(12));
        return issued.CopyWithPrivateKey(key);
    }

    private static CertificateRequest Request(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }
}
