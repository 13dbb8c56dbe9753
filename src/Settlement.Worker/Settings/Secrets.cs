using System.Data.Common;

namespace Settlement.Worker.Settings;

/// <summary>
/// The configured secrets, and the only place where texts are freed of them: log lines, causes in readiness, <c>status</c> and the database, and the
/// error texts of verbs. Results of verbs are not searched: a password made of digits would change figures.
/// </summary>
internal sealed class Secrets
{
    public const string Mask = "***";

    /// <summary>Shorter ones are not searched for: they would be found everywhere.</summary>
    public const int LeastLength = 4;

    private readonly string[] parts;

    private Secrets(IEnumerable<string> secrets) => parts =
    [
        .. secrets.Where(s => s.Length >= LeastLength).SelectMany(s => new[] { s, Uri.EscapeDataString(s) })
            .Distinct(StringComparer.Ordinal).OrderByDescending(s => s.Length),
    ];

    public static Secrets Of(WorkerSettings settings) => new(
    [
        .. PasswordsIn(settings.Database.ConnectionString),
        settings.RabbitMq.Password is RabbitMqSettings.DefaultPassword ? "" : settings.RabbitMq.Password,
        settings.RabbitMq.ClientKeyPassword ?? "",
        .. settings.RabbitMq.ClientKey is { } key ? PemText.SecretLines(key) : [],
        settings.Http.Token ?? "",
    ]);

    /// <summary>The passwords of a connection string and the string itself; none if it has no password.</summary>
    public static IReadOnlyList<string> PasswordsIn(string connectionString)
    {
        try
        {
            var pairs = new DbConnectionStringBuilder { ConnectionString = connectionString };
            string[] found =
            [
                .. new[] { "Password", "Pwd" }.Select(key => pairs.TryGetValue(key, out var value) ? value.ToString() ?? "" : "")
                    .Where(value => value.Length > 0),
            ];
            return found.Length == 0 ? [] : [connectionString, .. found];
        }
        catch (ArgumentException)
        {
            return [connectionString];
        }
    }

    public bool AreIn(string text) => parts.Any(part => text.Contains(part, StringComparison.Ordinal));

    public string Hide(string text)
    {
        foreach (var part in parts)
            text = text.Replace(part, Mask, StringComparison.Ordinal);
        return text;
    }
}
