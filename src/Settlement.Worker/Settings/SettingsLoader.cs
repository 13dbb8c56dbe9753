using System.Collections.Immutable;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Settlement.Domain.Settings;

namespace Settlement.Worker.Settings;

/// <summary>
/// Reads all settings or none. A setting that does not exist or does not parse stops the start, and all faults are reported at once: a misspelt
/// setting that is silently ignored bills wrongly for months.
/// </summary>
public static class SettingsLoader
{
    private const int RabbitMqTlsPort = 5671;
    private const string ConnectionString = "Database:ConnectionString";

    /// <summary>The billing settings' reader says the same.</summary>
    private const string NoSuchSetting = "there is no such setting";

    /// <returns>The settings, or null when there is any fault.</returns>
    public static WorkerSettings? Load(SettingsSources sources, List<SettingFault> faults)
    {
        var found = new List<SettingFault>();
        var given = GivenSettings.Gather(sources, found);
        var settings = ReadOwn(
            given.Values, found) with { Logging = SectionOf(SettingKeys.Logging, given.Values), Billing = ReadBilling(given.Values, found) };
        found.AddRange(LoggingFaults.Of(settings.Logging));
        if (!found.Exists(f => f.Path.StartsWith(ConnectionString, StringComparison.OrdinalIgnoreCase))
            && DatabaseFault(settings.Database, given.ContainsKey(ConnectionString)) is { } cause)
        {
            found.Add(new SettingFault(ConnectionString, cause));
        }

        if (!found.Exists(f => f.Path.StartsWith("RabbitMq:", StringComparison.OrdinalIgnoreCase)))
            found.AddRange(TlsFaults.Of(settings.RabbitMq));
        if (settings.RabbitMq.UseTls && !given.ContainsKey("RabbitMq:Port"))
            settings = settings with { RabbitMq = settings.RabbitMq with { Port = RabbitMqTlsPort } };
        faults.AddRange(found.Select(f => Shown(f, given)));
        return found.Count > 0 ? null : settings;
    }

    /// <summary>A fault with its origin, with the key that was probably meant, and without what a file holds.</summary>
    private static SettingFault Shown(SettingFault fault, Dictionary<string, Given> given)
    {
        var cause = given.TryGetValue(fault.Path, out var exact) && exact.IsOfFile
            ? fault.Cause.Replace($"'{exact.Value}'", "its content", StringComparison.Ordinal) : fault.Cause;
        if (cause == NoSuchSetting && SettingKeys.Near(fault.Path) is { } meant)
            cause += $"; did you mean '{meant}'?";
        return fault with { Cause = OriginOf(fault.Path, given) is { } origin ? $"{cause} ({origin})" : cause };
    }

    /// <summary>
    /// Where a setting was given, or the first one below a path within a section (a level that does not exist); null for a missing one.
    /// </summary>
    private static string? OriginOf(string path, Dictionary<string, Given> given) =>
        given.TryGetValue(path, out var exact) ? exact.Origin
        : !path.Contains(':', StringComparison.Ordinal) ? null
        : given.Values.FirstOrDefault(g => g.Key.StartsWith(path + ":", StringComparison.OrdinalIgnoreCase))?.Origin;

    private static WorkerSettings ReadOwn(IEnumerable<Given> given, List<SettingFault> faults)
    {
        var settings = WorkerSettings.Default;
        foreach (var (key, value, _) in given)
        {
            var section = key.Split(':')[0];
            if (!SettingKeys.Sections.Contains(section, StringComparer.OrdinalIgnoreCase))
                faults.Add(new SettingFault(key, $"there is no section '{section}'; sections are {string.Join(", ", SettingKeys.Sections)}"));
            else if (Is(section, SettingKeys.Billing) || Is(section, SettingKeys.Logging))
                continue;
            else if (!SettingKeys.Own.TryGetValue(key, out var read))
                faults.Add(new SettingFault(key, NoSuchSetting));
            else if (read(settings, value) is { Settings: { } next })
                settings = next;
            else
                faults.Add(new SettingFault(key, read(settings, value).Cause!));
        }

        return settings;
    }

    private static BillingSettings ReadBilling(IEnumerable<Given> given, List<SettingFault> faults)
    {
        var prefix = SettingKeys.Billing + ":";
        foreach (var whole in given.Where(g => Is(g.Key, SettingKeys.Billing)))
            faults.Add(new SettingFault(whole.Key, "is a section, not a setting"));
        return BillingSettingsReader.Read(SectionOf(SettingKeys.Billing, given), prefix, faults);
    }

    /// <summary>Faults that show only in the two database settings together.</summary>
    private static string? DatabaseFault(DatabaseSettings database, bool connectionGiven)
    {
        if (database.Engine == DatabaseEngine.SqlServer && !connectionGiven)
            return "is needed with SqlServer";
        try
        {
            if (database.Engine == DatabaseEngine.SqlServer)
                return SqlServerFault(new SqlConnectionStringBuilder(database.ConnectionString));
            _ = new SqliteConnectionStringBuilder(database.ConnectionString);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            // The error repeats a value, or a piece of a password with a ';' in it as if that were a key.
            return $"is not for {database.Engine}: a key or a value in it is not understood (not shown: it may hold a password)";
        }
    }

    private static string? SqlServerFault(SqlConnectionStringBuilder connection) =>
        connection.DataSource.Length == 0 ? "names no Server" : connection.InitialCatalog.Length == 0 ? "names no Database" : null;

    /// <summary>The pairs of a section, without its name.</summary>
    private static ImmutableDictionary<string, string?> SectionOf(string section, IEnumerable<Given> given) =>
        given.Where(g => g.Key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase))
            .ToImmutableDictionary(g => g.Key[(section.Length + 1)..], g => (string?)g.Value, StringComparer.OrdinalIgnoreCase);

    private static bool Is(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
