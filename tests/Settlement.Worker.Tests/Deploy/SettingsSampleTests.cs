using System.Text.Json;
using Settlement.Domain.Settings;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>deploy/settings.sample.json has every setting that exists, at its default.</summary>
public class SettingsSampleTests
{
    private static readonly string Sample = Checkout.PathOf("deploy", "settings.sample.json");

    /// <summary>They can't be given without a value, so the sample has them as comments.</summary>
    private static readonly string[] WithoutDefault = ["RabbitMq:Ca", "RabbitMq:ClientCertificate", "RabbitMq:ClientKey", "RabbitMq:ClientKeyPassword"];

    [Fact]
    public void It_has_every_setting()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Sample), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        var keys = KeysOf(document.RootElement, "").Where(k => !k.StartsWith("Logging:", StringComparison.Ordinal))
            .Select(k => k.Replace(":V3:", ":{level}:", StringComparison.Ordinal));
        Assert.Equal(SettingKeys.All.Except(WithoutDefault, StringComparer.Ordinal).Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
        Assert.All(WithoutDefault, key => Assert.Contains($"    // \"{key.Split(':')[1]}\": ", File.ReadAllText(Sample), StringComparison.Ordinal));
    }

    [Fact]
    public void It_loads_and_changes_nothing()
    {
        var faults = new List<SettingFault>();
        var settings = SettingsLoader.Load(new SettingsSources(Sample, new Dictionary<string, string>(), []), faults);
        Assert.Empty(faults);
        Assert.All(BillingSettings.LevelNames, level => Assert.Equal(BillingSettings.Default.DaysOf(level), settings!.Billing.DaysOf(level)));
        var alike = settings! with
        {
            Logging = WorkerSettings.Default.Logging, Billing = settings.Billing with { Levels = BillingSettings.Default.Levels },
        };
        Assert.Equal(WorkerSettings.Default, alike);
    }

    private static IEnumerable<string> KeysOf(JsonElement value, string key) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject().SelectMany(field => KeysOf(field.Value, key.Length == 0 ? field.Name : $"{key}:{field.Name}")) : [key];
}
