using System.Globalization;
using System.Text.Json;
using Settlement.Domain.Time;

namespace Settlement.Worker.Simulating;

/// <summary>A value of a scenario file that knows its path, so that whatever is wrong with it can be named.</summary>
internal sealed record ScenarioNode(JsonElement Json, string Path)
{
    public ScenarioNode Object() => Json.ValueKind == JsonValueKind.Object ? this : throw Unreadable("is not an object");

    public IEnumerable<ScenarioNode> Items() => Json.ValueKind == JsonValueKind.Array
        ? Json.EnumerateArray().Select((e, i) => new ScenarioNode(e, string.Create(CultureInfo.InvariantCulture, $"{Path}[{i}]")))
        : throw Unreadable("is not an array");

    public IEnumerable<(string Name, ScenarioNode Value)> Properties() => Json.EnumerateObject().Select(p => (p.Name, Child(p.Name, p.Value)));

    /// <summary>Refuses every property except these: a typo must not pass for a default.</summary>
    public void Only(string[] names)
    {
        foreach (var (name, value) in Properties())
        {
            if (!names.Contains(name, StringComparer.Ordinal))
                throw value.Unreadable("there is no such field");
        }
    }

    /// <summary>The property, or null when it is absent or null.</summary>
    public ScenarioNode? Optional(string name) =>
        Json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? Child(name, value) : null;

    public ScenarioNode Required(string name) => Optional(name) ?? throw Child(name, default).Unreadable("is missing");

    public string Text()
    {
        if (Json.ValueKind != JsonValueKind.String)
            throw Unreadable("is not text");
        try
        {
            return Json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Unreadable("is not valid Unicode");
        }
    }

    public long Whole(long min, long max) =>
        Json.ValueKind == JsonValueKind.Number && Json.TryGetInt64(out var value) && value >= min && value <= max
            ? value : throw Unreadable(min == long.MinValue ? "is not a whole number" : $"is not a whole number from {min} to {max}");

    public long Instant(BillingZone zone) =>
        Domain.Time.Instant.TryParse(Text(), out var us, zone.Offset) ? us
            : throw Unreadable($"'{Text()}' is not a time such as 2023-04-18T15:00:00");

    private UnreadableScenarioException Unreadable(string cause) => new(Path.Length == 0 ? "$" : Path, cause);

    private ScenarioNode Child(string name, JsonElement value) => new(value, Path.Length == 0 ? name : $"{Path}.{name}");
}
