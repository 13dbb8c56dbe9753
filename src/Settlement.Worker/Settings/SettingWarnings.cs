using System.Net;
using Microsoft.Data.SqlClient;

namespace Settlement.Worker.Settings;

/// <summary>Settings that work and that somebody should nevertheless hear about. Each is a line on standard error.</summary>
internal static class SettingWarnings
{
    private static readonly string[] ThisMachine = [".", "(local)", "localhost"];

    /// <param name="options">Texts of <c>--set</c>.</param>
    public static IEnumerable<string> Of(WorkerSettings settings, IReadOnlyList<string> options)
    {
        foreach (var key in SettingKeys.Secrets.Where(key => options.Any(option => IsSecret(option, key))))
        {
            yield return $"{key}: is on the command line, where every user of this machine can read it in the list of processes. Give "
                + $"{key}{SettingKeys.OfFile} (the name of a file that holds it) or the variable {key.Replace(":", "__", StringComparison.Ordinal)}";
        }

        var database = settings.Database;
        if (database.Engine == DatabaseEngine.SqlServer && SqlServer(new SqlConnectionStringBuilder(database.ConnectionString)) is { } warning)
            yield return $"Database:ConnectionString: {warning}";
    }

    private static bool IsSecret(string option, string key)
    {
        if (!option.StartsWith(key + "=", StringComparison.OrdinalIgnoreCase))
            return false;
        var value = option[(key.Length + 1)..];
        return key switch
        {
            "Database:ConnectionString" => Secrets.PasswordsIn(value).Count > 0,
            "RabbitMq:Password" => value is not ("" or RabbitMqSettings.DefaultPassword),
            _ => value.Length > 0,
        };
    }

    private static string? SqlServer(SqlConnectionStringBuilder connection)
    {
        if (IsThisMachine(connection.DataSource))
            return null;
        var server = connection.DataSource;
        if (connection.Encrypt.Equals(SqlConnectionEncryptOption.Optional))
            return $"Encrypt=Optional sends the books to {server} for everyone in between to read and change. Set Encrypt=Mandatory or Strict";
        return connection.TrustServerCertificate && !connection.Encrypt.Equals(SqlConnectionEncryptOption.Strict)
            ? $"with TrustServerCertificate anyone between here and {server} can pose as the server. Trust its CA, or name its certificate "
                + "(ServerCertificate=file)"
            : null;
    }

    /// <summary><c>[protocol:]host[\instance][,port]</c>.</summary>
    private static bool IsThisMachine(string server)
    {
        var protocol = server.IndexOf(':', StringComparison.Ordinal);
        if (protocol > 0 && server[..protocol].ToUpperInvariant() is "TCP" or "NP" or "LPC" or "ADMIN")
            server = server[(protocol + 1)..];
        var host = server.Split('\\', ',')[0].Trim().Trim('[', ']');
        return host.StartsWith("(localdb)", StringComparison.OrdinalIgnoreCase) || ThisMachine.Contains(host, StringComparer.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}
