using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Settlement.Worker.Settings;

/// <summary>Certificates and keys as text.</summary>
internal static class PemText
{
    private const string Mark = "-----";

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

    /// <summary>The lines of a key that nobody may see.</summary>
    public static IEnumerable<string> SecretLines(string key) =>
        key.Split('\n', '\r').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith(Mark, StringComparison.Ordinal));
}
