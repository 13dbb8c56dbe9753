using System.Collections;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Settlement.Worker.Settings;
using Settlement.Worker.Tests.Bus.Tls;
using Xunit;

namespace Settlement.Worker.Tests.Settings;

/// <summary>No setting is without effect, none is without a key, and the page names exactly the keys that exist.</summary>
public class SettingsBindBothWaysTests
{
    /// <summary>Two certificates of one key.</summary>
    private static readonly (ECDsa Key, X509Certificate2 One, X509Certificate2 Other) Client = Pem.Pair();

    /// <summary>For every key, a value that is not its default, and the property that it sets.</summary>
    private static readonly Dictionary<string, (string Value, string Property)> Samples = new(StringComparer.Ordinal)
    {
        ["Database:Engine"] = ("SqlServer", "Database.Engine"),
        ["Database:ConnectionString"] = ("Data Source=other.db", "Database.ConnectionString"),
        ["Database:WriteAheadLogMB"] = ("32", "Database.WriteAheadLogMb"),
        ["RabbitMq:Host"] = ("broker", "RabbitMq.Host"),
        ["RabbitMq:Port"] = ("5673", "RabbitMq.Port"),
        ["RabbitMq:VirtualHost"] = ("billing", "RabbitMq.VirtualHost"),
        ["RabbitMq:Username"] = ("worker", "RabbitMq.Username"),
        ["RabbitMq:Password"] = ("", "RabbitMq.Password"),
        ["RabbitMq:UseTls"] = ("true", "RabbitMq.UseTls"),
        ["RabbitMq:Ca"] = (Pem.Of(Client.One), "RabbitMq.Ca"),
        ["RabbitMq:ClientCertificate"] = (Pem.Of(Client.Other), "RabbitMq.ClientCertificate"),
        ["RabbitMq:ClientKey"] = (Client.Key.ExportECPrivateKeyPem(), "RabbitMq.ClientKey"),
        ["RabbitMq:ClientKeyPassword"] = ("for an encrypted key", "RabbitMq.ClientKeyPassword"),
        ["RabbitMq:MaxBodyBytes"] = ("65536", "RabbitMq.MaxBodyBytes"),
        ["Billing:TimeZone"] = ("+09:00", "Billing.TimeZone"),
        ["Billing:CloseDelay"] = ("02:00:00", "Billing.CloseDelayUs"),
        ["Billing:DrainTimeout"] = ("00:00:01", "Billing.DrainTimeoutUs"),
        ["Billing:Rounding"] = ("truncate", "Billing.Rounding"),
        ["Billing:MaxUsageAge"] = ("40.00:00:00", "Billing.MaxUsageAgeUs"),
        ["Billing:KeepUsage"] = ("100.00:00:00", "Billing.KeepUsageUs"),
        ["Billing:KeepNotices"] = ("31.00:00:00", "Billing.KeepNoticesUs"),
        ["Billing:KeepCommands"] = ("0", "Billing.KeepCommandsUs"),
        ["Billing:MaxClockSkew"] = ("00:00:00", "Billing.MaxClockSkewUs"),
        ["Billing:LowPackagePercent"] = ("10", "Billing.LowPackagePercent"),
        ["Billing:DaysBefore"] = ("3", "Billing.DaysBefore"),
        ["Billing:GraceDays"] = ("1", "Billing.EveryLevel"),
        ["Billing:RetentionDays"] = ("1", "Billing.EveryLevel"),
        ["Billing:Levels:{level}:PayPerUse:GraceDays"] = ("1", "Billing.Levels"),
        ["Billing:Levels:{level}:PayPerUse:RetentionDays"] = ("1", "Billing.Levels"),
        ["Billing:Levels:{level}:Package:GraceDays"] = ("1", "Billing.Levels"),
        ["Billing:Levels:{level}:Package:RetentionDays"] = ("1", "Billing.Levels"),
        ["Http:Port"] = ("0", "Http.Port"),
        ["Http:Token"] = ("t", "Http.Token"),
        ["Telemetry:OtlpEndpoint"] = ("http://collector:4317", "Telemetry.OtlpEndpoint"),
    };

    public static TheoryData<string> Keys => [.. SettingKeys.All];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_key_changes_its_property_and_no_other(string key)
    {
        var (value, property) = Samples[key];
        // Another engine needs a connection string, an encrypted connection brings its own port, and a certificate and its key go together.
        string[] along = key switch
        {
            "Database:Engine" => ["Database:ConnectionString=Server=x;Database=y"],
            "RabbitMq:UseTls" => ["RabbitMq:Port=1"],
            "RabbitMq:Ca" => ["RabbitMq:UseTls=true"],
            _ when key.StartsWith("RabbitMq:Client", StringComparison.Ordinal) =>
                ["RabbitMq:UseTls=true", $"RabbitMq:ClientCertificate={Pem.Of(Client.One)}", $"RabbitMq:ClientKey={Client.Key.ExportPkcs8PrivateKeyPem()}"],
            _ => [],
        };
        var before = Flat(key == "Database:Engine" ? WorkerSettings.Default with { Database = new(DatabaseEngine.Sqlite, "Server=x;Database=y") }
            : Load.Options(along));

        var after = Flat(Load.Options([.. along, $"{key.Replace("{level}", "V3", StringComparison.Ordinal)}={value}"]));

        Assert.Equal([property], after.Where(p => p.Value != before[p.Key]).Select(p => p.Key));
    }

    [Fact]
    public void Every_property_has_a_key() =>
        Assert.Equal(Flat(WorkerSettings.Default).Keys.Where(p => p != "Logging").Order(StringComparer.Ordinal),
            Samples.Values.Select(s => s.Property).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void The_page_names_the_keys_that_exist()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "settings.md"));
        Assert.Equal(
            SettingKeys.All.Order(StringComparer.Ordinal),
            Regex.Matches(page, @"^\| `(?<key>[^`]+)` \|", RegexOptions.Multiline, TimeSpan.FromSeconds(5)).Select(m => m.Groups["key"].Value)
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_level_keeps_what_it_is_not_given()
    {
        var days = Load.Options("Billing:GraceDays=2", "Billing:Levels:v3:package:retentiondays=4").Billing.DaysOf("V3");
        Assert.Equal((2, 15, 2, 4), (days.PayPerUse.GraceDays, days.PayPerUse.RetentionDays, days.Package.GraceDays, days.Package.RetentionDays));
    }

    private static Dictionary<string, string> Flat(WorkerSettings settings) =>
        typeof(WorkerSettings).GetProperties().SelectMany(section => section.Name == "Logging"
            ? [new(section.Name, "")]
            : section.PropertyType.GetProperties().Where(p => p.CanWrite)
                .Select(p => KeyValuePair.Create($"{section.Name}.{p.Name}", Show(p.GetValue(section.GetValue(settings))))))
            .ToDictionary(StringComparer.Ordinal);

    private static string Show(object? value) =>
        value is IEnumerable items and not string ? string.Join(';', items.Cast<object>()) : value?.ToString() ?? "null";

    private static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Settlement.sln")))
            directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
