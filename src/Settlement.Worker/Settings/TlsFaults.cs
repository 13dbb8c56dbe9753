using Settlement.Domain.Settings;

namespace Settlement.Worker.Settings;

/// <summary>Faults of the certificates and keys of <c>RabbitMq</c>, found before anything connects. Causes repeat nothing of them.</summary>
internal static class TlsFaults
{
    private const string Ca = "RabbitMq:Ca";
    private const string Certificate = "RabbitMq:ClientCertificate";
    private const string Key = "RabbitMq:ClientKey";
    private const string KeyPassword = "RabbitMq:ClientKeyPassword";
    private const string NoCertificate = "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)";
    private const string OtherKey = $"is not the private key, in PEM, of the first certificate of {Certificate}";

    public static IEnumerable<SettingFault> Of(RabbitMqSettings settings)
    {
        (string Key, string? Value)[] all =
            [(Ca, settings.Ca), (Certificate, settings.ClientCertificate), (Key, settings.ClientKey), (KeyPassword, settings.ClientKeyPassword)];
        var given = all.Where(s => s.Value is not null).Select(s => s.Key).ToList();
        // An unencrypted connection that somebody takes for an encrypted one is worse than none.
        if (!settings.UseTls)
            return given.Select(key => new SettingFault(key, "is for encrypted connections only: set RabbitMq:UseTls=true"));
        return new[] { CaFault(settings), ClientFault(settings) }.OfType<SettingFault>();
    }

    private static SettingFault? CaFault(RabbitMqSettings settings) =>
        settings.Ca is not { } ca || PemText.CertificatesIn(ca).Count > 0 ? null : new SettingFault(Ca, NoCertificate);

    private static SettingFault? ClientFault(RabbitMqSettings settings) =>
        settings switch
        {
            { ClientCertificate: null, ClientKey: null, ClientKeyPassword: null } => null,
            { ClientKey: null } => new SettingFault(settings.ClientCertificate is null ? KeyPassword : Certificate, $"needs {Key}"),
            { ClientCertificate: null } => new SettingFault(Key, $"needs {Certificate}"),
            _ when PemText.CertificatesIn(settings.ClientCertificate).Count == 0 => new SettingFault(Certificate, NoCertificate),
            _ when PemText.ClientOf(settings) is not null => null,
            _ when !PemText.IsEncrypted(settings.ClientKey) => new SettingFault(Key, OtherKey),
            { ClientKeyPassword: null } => new SettingFault(Key, $"is encrypted: it needs {KeyPassword}"),
            _ => new SettingFault(Key, $"{OtherKey}, or {KeyPassword} is wrong"),
        };
}
