// The pack of Scenarios/: which files there are, and the one step from a file to the scenario that runs. Scenarios/README.md says the same for others.
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Settlement.Simulation.Tests;

internal static class ScenarioPack
{
    private const string CatalogFile = "catalog.json";
    private const string UnreadableFolder = "unreadable/";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Scenarios");

    private static readonly JsonElement Catalogs = Json(CatalogFile);

    /// <summary>Every scenario file, by its path in the pack: <c>08-renewal/8.2-daily-terms.json</c>.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        .. Directory.EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/'))
            .Where(file => file != CatalogFile)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A name is there once (a test says so): the first file of it is as good as any.</summary>
    private static readonly Dictionary<string, string> ByName = Files.GroupBy(NameOf)
        .ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);

    public static IEnumerable<string> Readable => ByName.Keys.Where(name => !IsUnreadable(name)).Order(StringComparer.Ordinal);

    public static IEnumerable<string> Unreadable => ByName.Keys.Where(IsUnreadable).Order(StringComparer.Ordinal);

    /// <summary>A file's name alone says which it is, whatever folder it lies in; of those that cannot be read, with the folder.</summary>
    public static string NameOf(string file)
    {
        var bare = Path.GetFileNameWithoutExtension(file);
        return IsUnreadable(file) ? UnreadableFolder + bare : bare;
    }

    public static JsonElement Read(string name) => Json(ByName[name]);

    /// <summary>The file's scenario as it runs: with the catalog that it only names, and with the purchases that <c>manyLots</c> asks for.</summary>
    public static JsonElement Expand(JsonElement file)
    {
        var scenario = file.GetProperty("scenario");
        var isNamed = scenario.TryGetProperty("catalog", out var catalog) && catalog.ValueKind == JsonValueKind.String;
        var areMany = file.TryGetProperty("manyLots", out var wanted);
        if (!isNamed && !areMany)
            return scenario;

        var whole = JsonNode.Parse(scenario.GetRawText())!.AsObject();
        if (isNamed)
            whole["catalog"] = JsonNode.Parse(Catalogs.GetProperty(catalog.GetString()!).GetRawText());
        if (areMany)
            ManyLots.AddTo(whole["timeline"]!.AsArray(), wanted);
        return JsonSerializer.SerializeToElement(whole);
    }

    private static bool IsUnreadable(string file) => file.StartsWith(UnreadableFolder, StringComparison.Ordinal);

    private static JsonElement Json(string file) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Folder, file)));
}
