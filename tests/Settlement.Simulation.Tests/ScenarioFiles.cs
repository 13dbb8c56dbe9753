// One row per file of the pack (Scenarios/), named after the file, whatever folder it is in.
// To run some of them with the built executable: -preEnumerateTheories -trait needs=core.
using System.Text.Json;
using Settlement.Simulation.Tests.Expecting;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests;

public sealed class ScenarioFiles
{
    public static IEnumerable<TheoryDataRow<string>> Readable() =>
        ScenarioPack.Readable.Select(static name => Row(name, ScenarioPack.Read(name).GetProperty("needs").GetString()!));

    public static IEnumerable<TheoryDataRow<string>> Unreadable() => ScenarioPack.Unreadable.Select(static name => Row(name, "core"));

    [Theory]
    [MemberData(nameof(Readable))]
    public void Gives_what_is_expected(string name) => Check(name, Worker.Simulating.Simulation.RunToJson);

    /// <param name="name">The name of the file.</param>
    /// <param name="run">Runs the scenario and returns its result.</param>
    internal static void Check(string name, Func<string, string> run)
    {
        var file = ScenarioPack.Read(name);
        var scenario = ScenarioPack.Expand(file);
        var result = JsonSerializer.Deserialize<JsonElement>(run(scenario.GetRawText()));

        string[] differences = [.. Expectation.Differences(file.GetProperty("expect"), result), .. Audit.Faults(scenario, result)];
        Assert.True(differences.Length == 0, $"{file.GetProperty("about").GetString()}\n{string.Join('\n', differences)}");
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void Names_the_field_that_cannot_be_read(string name)
    {
        var file = ScenarioPack.Read(name);
        var refusal = Assert.Throws<UnreadableScenarioException>(() =>
            Worker.Simulating.Simulation.RunToJson(ScenarioPack.Expand(file).GetRawText()));

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

    [Fact]
    public void Every_name_is_there_once() => Assert.Distinct(ScenarioPack.Files.Select(ScenarioPack.NameOf));

    [Fact]
    public void Every_file_lies_in_the_folder_of_its_chapter()
    {
        string[] astray = [
            .. ScenarioPack.Files.Where(file =>
            !Path.GetDirectoryName(file)!.StartsWith(ChapterOf(ScenarioPack.NameOf(file)), StringComparison.Ordinal))];
        Assert.Empty(astray);
    }

    /// <returns>What the folder's name begins with: the chapter of the rules in two digits, or a word where a name has no chapter.</returns>
    private static string ChapterOf(string name) => name switch
    {
        ['I', >= '0' and <= '9', ..] => "interface",
        _ when name.StartsWith("case-", StringComparison.Ordinal) => "12-",
        _ when name.StartsWith("story-", StringComparison.Ordinal) => "stories",
        _ when name.StartsWith("unreadable/", StringComparison.Ordinal) => "unreadable",
        _ => string.Concat(name.TakeWhile(char.IsAsciiDigit)).PadLeft(2, '0') + "-",
    };

    private static TheoryDataRow<string> Row(string name, string needs) =>
        new TheoryDataRow<string>(name).WithTestDisplayName(name).WithTrait("needs", needs);
}
