using System.Collections.Immutable;
using Settlement.Domain.Settings;
using Settlement.Storage.Engines;

namespace Settlement.Worker.Settings;

public enum DatabaseEngine
{
    Sqlite,
    SqlServer,
}

/// <param name="WriteAheadLogMb">SQLite: how large the write-ahead log may stay, in MB of 1,048,576 bytes.</param>
public sealed record DatabaseSettings(DatabaseEngine Engine, string ConnectionString, int WriteAheadLogMb = SqliteEngine.DefaultLogMb)
{
    /// <summary>Without the connection string: a password may be in it.</summary>
    public override string ToString() => Engine.ToString();
}

/// <param name="Port">The port on which health answers; 0 for none.</param>
/// <param name="Token">The bearer token that a request must carry, except for health; null if none is needed.</param>
public sealed record HttpSettings(int Port, string? Token)
{
    /// <summary>Without the token.</summary>
    public override string ToString() => $"HTTP port {Port}";
}

/// <param name="OtlpEndpoint">The base address of an OTLP collector; null: OpenTelemetry's own environment variables decide.</param>
public sealed record TelemetrySettings(string? OtlpEndpoint);

/// <summary>All settings, validated. Every key is in docs/settings.md; <see cref="SettingsLoader"/> reads them.</summary>
/// <param name="RabbitMq">Without a host the bus is in-process.</param>
/// <param name="Logging">The <c>Logging</c> section as it is, for the host: it is .NET's, not ours.</param>
public sealed record WorkerSettings(
    DatabaseSettings Database, RabbitMqSettings RabbitMq, BillingSettings Billing, HttpSettings Http, TelemetrySettings Telemetry,
    ImmutableDictionary<string, string?> Logging)
{
    /// <summary>With no settings at all: a SQLite file in the current directory and an in-process bus.</summary>
    public static readonly WorkerSettings Default = new(
        new DatabaseSettings(DatabaseEngine.Sqlite, "Data Source=settlement.db"),
        new RabbitMqSettings(Host: null, Port: 5672, VirtualHost: "/", Username: "guest", Password: "guest", UseTls: false),
        BillingSettings.Default,
        new HttpSettings(Port: 8080, Token: null),
        new TelemetrySettings(OtlpEndpoint: null),
        ImmutableDictionary<string, string?>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase));
}
