using System.Text.Json;
using Settlement.Domain.Settings;

namespace Settlement.Worker.Settings;

/// <summary>A setting as somebody gave it; <see cref="Origin"/> says where, so that a fault can be found and fixed.</summary>
internal sealed record Given(string Key, string Value, string Origin)
{
    /// <summary>The value is what a file holds (<c>Section:KeyFile</c>): no fault may repeat it.</summary>
    public bool IsOfFile { get; init; }
}

/// <summary>
/// Gathers the given settings by key, regardless of letter case; the last source wins, whether it gives the value itself or a file that holds it.
/// </summary>
internal static class GivenSettings
{
    private static readonly JsonDocumentOptions AsDotNetReadsIt = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static Dictionary<string, Given> Gather(SettingsSources sources, List<SettingFault> faults)
    {
        var given = new ValuesAndFiles();
        given.Lay(OfFile(sources.File, faults), faults);
        given.Lay(OfEnvironment(sources.Environment, faults), faults);
        given.Lay(OfOptions(sources.Options, faults), faults);
        return given.Read(faults);
    }

    private static Dictionary<string, Given> OfFile(string? file, List<SettingFault> faults)
    {
        var given = New();
        if (file is not null)
            ReadFile(file, given, faults);
        return given;
    }

    private static Dictionary<string, Given> OfEnvironment(IReadOnlyDictionary<string, string> environment, List<SettingFault> faults)
    {
        var given = New();
        foreach (var (name, value) in environment.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            var key = name.Replace("__", ":", StringComparison.Ordinal);
            if (!key.Contains(':', StringComparison.Ordinal))
                continue;
            if (SettingKeys.Sections.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase))
                given[key] = new Given(key, value, $"environment variable {name}");
            else if (NearMiss.Of(key.Split(':')[0], SettingKeys.Sections) is { } meant)
                faults.Add(new SettingFault(name, $"is an environment variable of a section that does not exist; did you mean '{meant}'?"));
        }

        return given;
    }

    private static Dictionary<string, Given> OfOptions(IReadOnlyList<string> options, List<SettingFault> faults)
    {
        var given = New();
        foreach (var option in options)
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                faults.Add(new SettingFault(NameIn(option), "an option is given as Section:Key=value"));
            else
                given[option[..equals]] = new Given(option[..equals], option[(equals + 1)..], "command line");
        }

        return given;
    }

    /// <summary>What an option without '=' is about. Not the whole of it: a password may be in it.</summary>
    private static string NameIn(string option) =>
        SettingKeys.All.FirstOrDefault(key => option.StartsWith(key, StringComparison.OrdinalIgnoreCase)) ?? option.Split(':', ' ', '=')[0];

    private static Dictionary<string, Given> New() => new(StringComparer.OrdinalIgnoreCase);

    private static void ReadFile(string file, Dictionary<string, Given> given, List<SettingFault> faults)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file), AsDotNetReadsIt);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                Flatten(document.RootElement, "", file, given, faults);
            else
                faults.Add(new SettingFault(file, "is not a JSON object"));
        }
        catch (JsonException e)
        {
            faults.Add(new SettingFault(file, $"is not JSON: {e.Message}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add(new SettingFault(file, $"can't be read: {e.Message}"));
        }
    }

    private static void Flatten(JsonElement value, string key, string file, Dictionary<string, Given> given, List<SettingFault> faults)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var field in value.EnumerateObject())
                    Flatten(field.Value, key.Length == 0 ? field.Name : $"{key}:{field.Name}", file, given, faults);
                break;
            case JsonValueKind.Array:
                foreach (var (i, item) in value.EnumerateArray().Index())
                    Flatten(item, $"{key}:{i}", file, given, faults);
                break;
            case JsonValueKind.Null:
                break;
            default:
                var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                if (!given.TryAdd(key, new Given(key, text, file)))
                    faults.Add(new SettingFault(key, "is given twice"));
                break;
        }
    }
}
