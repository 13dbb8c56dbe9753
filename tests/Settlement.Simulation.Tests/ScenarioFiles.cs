// One row per file in Scenarios/, named after the file. To run some of them with the built executable: -preEnumerateTheories -trait needs=core.
using System.Text.Json;
using Settlement.Simulation.Tests.Expecting;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests;

public sealed class ScenarioFiles
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Scenarios");

    public static IEnumerable<TheoryDataRow<string>> Readable() => Rows("", static file => file.GetProperty("needs").GetString()!);

    public static IEnumerable<TheoryDataRow<string>> Unreadable() => Rows("unreadable", static _ => "core");

    [Theory]
    [MemberData(nameof(Readable))]
    public void Gives_what_is_expected(string name) => Check(name, Worker.Simulating.Simulation.RunToJson);

    /// <param name="name">The name of the file.</param>
    /// <param name="run">Runs the scenario and returns its result.</param>
    internal static void Check(string name, Func<string, string> run)
    {
        var file = Read(name);
        var scenario = ManyLots.Expand(file);
        var result = JsonSerializer.Deserialize<JsonElement>(run(scenario.GetRawText()));

        string[] differences = [.. Expectation.Differences(file.GetProperty("expect"), result), .. Audit.Faults(scenario, result)];
        Assert.True(differences.Length == 0, $"{file.GetProperty("about").GetString()}\n{string.Join('\n', differences)}");
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void Names_the_field_that_cannot_be_read(string name)
    {
        var file = Read(name);
        var refusal = Assert.Throws<UnreadableScenarioException>(() => Worker.Simulating.Simulation.RunToJson(file.GetProperty("scenario").GetRawText()));

        var path = file.GetProperty("path");
        string[] right = path.ValueKind == JsonValueKind.Array ? [.. path.EnumerateArray().Select(p => p.GetString()!)] : [path.GetString()!];
        Assert.Contains(refusal.Path, right);
    }

    [Fact]
    public void There_are_files()
    {
        Assert.NotEmpty(Readable());
        Assert.NotEmpty(Unreadable());
    }

    private static IEnumerable<TheoryDataRow<string>> Rows(string folder, Func<JsonElement, string> needs) =>
        Directory.EnumerateFiles(Path.Combine(Folder, folder), "*.json")
            .Select(file => Path.GetRelativePath(Folder, Path.ChangeExtension(file, null)).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .Select(name => new TheoryDataRow<string>(name).WithTestDisplayName(name).WithTrait("needs", needs(Read(name))));

    internal static JsonElement Read(string name) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Folder, name + ".json")));
}
