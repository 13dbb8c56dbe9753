using System.Data.Common;
using System.Globalization;
using Settlement.Storage.Engines;

namespace Settlement.Worker.Settings;

/// <summary>All the keys, and how each of our own is read. The billing keys are read by the domain.</summary>
internal static class SettingKeys
{
    public const string Logging = "Logging";
    public const string Billing = "Billing";

    /// <summary>What a key ends in that names the file of a value. .NET's own section has no such keys.</summary>
    public const string OfFile = "File";

    private const string AnyLevel = "{level}";

    public static readonly IReadOnlyList<string> Sections = ["Database", "RabbitMq", Billing, "Http", "Telemetry", Logging];

    /// <summary>Returns the changed settings, or the cause for refusing the text. Causes never repeat a secret.</summary>
    public delegate (WorkerSettings? Settings, string? Cause) Reading(WorkerSettings settings, string text);

    public static readonly IReadOnlyDictionary<string, Reading> Own = new Dictionary<string, Reading>(StringComparer.OrdinalIgnoreCase)
    {
        ["Database:Engine"] = (s, text) => Engine(text) is { } engine
            ? (s with { Database = s.Database with { Engine = engine } }, null) : (null, $"'{text}' is neither Sqlite nor SqlServer"),
        ["Database:ConnectionString"] = (s, text) => IsConnectionString(text)
            ? (s with { Database = s.Database with { ConnectionString = text } }, null) : (null, "is not a connection string (key=value;…)"),
        ["Database:WriteAheadLogMB"] = (s, text) => Whole(
            text, SqliteEngine.LeastLogMb, SqliteEngine.MostLogMb, v => s with { Database = s.Database with { WriteAheadLogMb = v } }),
        ["RabbitMq:Host"] = (s, text) => text.Length == 0 || BrokerNode.ReadAll(text) is not null
            ? (s with { RabbitMq = s.RabbitMq with { Host = text.Length == 0 ? null : text } }, null)
            : (null, "is not a host name or address, nor several with commas between them, each with a port (host:port) or without; "
                + "all else has settings of its own"),
        ["RabbitMq:Port"] = (s, text) => Whole(text, 1, 65_535, v => s with { RabbitMq = s.RabbitMq with { Port = v } }),
        ["RabbitMq:VirtualHost"] = (s, text) => NotEmpty(text, () => s with { RabbitMq = s.RabbitMq with { VirtualHost = text } }),
        ["RabbitMq:Username"] = (s, text) => NotEmpty(text, () => s with { RabbitMq = s.RabbitMq with { Username = text } }),
        ["RabbitMq:Password"] = (s, text) => (s with { RabbitMq = s.RabbitMq with { Password = text } }, null),
        ["RabbitMq:UseTls"] = (s, text) => bool.TryParse(text, out var tls)
            ? (s with { RabbitMq = s.RabbitMq with { UseTls = tls } }, null) : (null, $"'{text}' is neither true nor false"),
        ["RabbitMq:Ca"] = (s, text) => NotEmpty(text, () => s with { RabbitMq = s.RabbitMq with { Ca = text } }),
        ["RabbitMq:ClientCertificate"] = (s, text) => NotEmpty(text, () => s with { RabbitMq = s.RabbitMq with { ClientCertificate = text } }),
        ["RabbitMq:ClientKey"] = (s, text) => NotEmpty(text, () => s with { RabbitMq = s.RabbitMq with { ClientKey = text } }),
        ["RabbitMq:ClientKeyPassword"] = (s, text) => NotEmpty(text, () => s with { RabbitMq = s.RabbitMq with { ClientKeyPassword = text } }),
        ["RabbitMq:MaxBodyBytes"] = (s, text) => Whole(
            text, RabbitMqSettings.LeastMaxBodyBytes, RabbitMqSettings.MostMaxBodyBytes, v =>
                s with { RabbitMq = s.RabbitMq with { MaxBodyBytes = v } }),
        ["Http:Port"] = (s, text) => Whole(text, 0, 65_535, v => s with { Http = s.Http with { Port = v } }),
        ["Http:Token"] = (s, text) => (s with { Http = s.Http with { Token = text.Length == 0 ? null : text } }, null),
        ["Telemetry:OtlpEndpoint"] = (s, text) => text.Length == 0 || IsWebAddress(text)
            ? (s with { Telemetry = new TelemetrySettings(text.Length == 0 ? null : text) }, null)
            : (null, "is not the address of a collector, such as http://collector:4317, without user or password"),
    };

    private static readonly string[] BillingNames =
    [
        "TimeZone", "CloseDelay", "DrainTimeout", "Rounding", "MaxUsageAge", "MaxClockSkew", "KeepUsage", "KeepNotices", "KeepCommands", "LowPackagePercent", "DaysBefore", "GraceDays", "RetentionDays",
        "Levels:{level}:PayPerUse:GraceDays", "Levels:{level}:PayPerUse:RetentionDays", "Levels:{level}:Package:GraceDays", "Levels:{level}:Package:RetentionDays",
    ];

    /// <summary>All keys as docs/settings.md names them; <c>{level}</c> stands for V0 to V5.</summary>
    public static readonly IReadOnlyList<string> All = [.. Own.Keys, .. BillingNames.Select(n => $"{Billing}:{n}")];

    /// <summary>The settings whose values nobody may see. A connection string is one if a password is in it.</summary>
    public static readonly IReadOnlyList<string> Secrets =
        ["Database:ConnectionString", "RabbitMq:Password", "RabbitMq:ClientKey", "RabbitMq:ClientKeyPassword", "Http:Token"];

    /// <summary>The key whose value the file holds that this key names: of <c>RabbitMq:PasswordFile</c> it is <c>RabbitMq:Password</c>.</summary>
    /// <returns>Null if the key names no file.</returns>
    public static string? ValueOfFile(string key) =>
        key.EndsWith(OfFile, StringComparison.OrdinalIgnoreCase) && !Exists(key) && Exists(key[..^OfFile.Length]) ? key[..^OfFile.Length] : null;

    /// <summary>For keys that do not exist: the one that was probably meant, be it for a value or for a file.</summary>
    public static string? Near(string key) => NearMiss.Of(key, All.Concat(All.Select(k => k + OfFile)));

    private static bool Exists(string key) => All.Any(known => IsKey(key.Split(':'), known.Split(':')));

    private static bool IsKey(string[] key, string[] known) => key.Length == known.Length
        && key.Zip(known).All(part => part.Second == AnyLevel || part.First.Equals(part.Second, StringComparison.OrdinalIgnoreCase));

    private static DatabaseEngine? Engine(string text) =>
        text.Equals("Sqlite", StringComparison.OrdinalIgnoreCase) ? DatabaseEngine.Sqlite
        : text.Equals("SqlServer", StringComparison.OrdinalIgnoreCase) ? DatabaseEngine.SqlServer : null;

    /// <summary>Secrets have no place in it: it is shown in errors.</summary>
    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0;

    private static bool IsConnectionString(string text)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = text }.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static (WorkerSettings?, string?) Whole(string text, int min, int max, Func<int, WorkerSettings> set) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var v) && v >= min && v <= max
            ? (set(v), null) : (null, string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a whole number from {min} to {max}"));

    private static (WorkerSettings?, string?) NotEmpty(string text, Func<WorkerSettings> set) =>
        text.Length == 0 ? (null, "is empty") : (set(), null);
}
