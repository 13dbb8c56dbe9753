using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Settlement.Worker.Tests.Supply;

/// <summary>deploy/licences.sh: what the program is made of, under which licences, and the bill of materials.</summary>
public sealed class LicencesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-licences-");

    private string Sbom => Path.Combine(folder.FullName, "sbom.json");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Every_package_of_the_lock_file_and_of_the_built_program_is_in_the_bill_with_its_licence()
    {
        var (exit, output, error) = await RunAsync();
        Assert.True(exit == 0, error);
        var bill = JsonDocument.Parse(await File.ReadAllTextAsync(Sbom, TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(("CycloneDX", "1.5", 1), (Text(bill, "bomFormat"), Text(bill, "specVersion"), bill.GetProperty("version").GetInt32()));
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$", Text(bill, "serialNumber"));
        var program = bill.GetProperty("metadata").GetProperty("component");
        Assert.Equal(("application", "settlement"), (Text(program, "type"), Text(program, "name")));

        var components = bill.GetProperty("components").EnumerateArray().ToList();
        Assert.Equal(Locked(), components.Select(NameOf).Order(StringComparer.Ordinal));
        Assert.Empty(Built().Except(components.Where(c => Text(c, "scope") == "required").Select(NameOf), StringComparer.Ordinal));
        Assert.Equal(["Meziantou.Analyzer"], components.Where(c => Text(c, "scope") == "excluded").Select(c => Text(c, "name")));
        foreach (var component in components)
        {
            Assert.Equal(("library", $"pkg:nuget/{NameOf(component)}"), (Text(component, "type"), Text(component, "purl")));
            Assert.Matches("^[0-9a-f]{128}$", Text(Assert.Single(component.GetProperty("hashes").EnumerateArray()), "content"));
            var licence = Assert.Single(component.GetProperty("licenses").EnumerateArray());
            var shown = licence.TryGetProperty("expression", out var expression) ? expression.GetString()!
                : licence.GetProperty("license") is var one && one.TryGetProperty("id", out var id) ? id.GetString()! : Text(one, "name");
            Assert.Matches($"(?m)^{Regex.Escape(Text(component, "name"))} +{Regex.Escape(Text(component, "version"))} +{Regex.Escape(shown)}( \\(build only\\))?$", output);
        }

        var refs = components.Select(c => Text(c, "bom-ref")).Append(Text(program, "bom-ref")).ToList();
        Assert.Equal(refs.Count, refs.Distinct(StringComparer.Ordinal).Count());
        var dependencies = bill.GetProperty("dependencies").EnumerateArray().ToDictionary(
            d => Text(d, "ref"), d => d.GetProperty("dependsOn").EnumerateArray().Select(r => r.GetString()!).ToList(), StringComparer.Ordinal);
        Assert.Equal(refs.Order(StringComparer.Ordinal), dependencies.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(refs.Order(StringComparer.Ordinal), Reached(dependencies, Text(program, "bom-ref")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_same_lock_file_makes_the_same_bill()
    {
        await RunAsync();
        var first = await File.ReadAllTextAsync(Sbom, TestContext.Current.CancellationToken);
        File.Delete(Sbom);
        await RunAsync();
        Assert.Equal(first, await File.ReadAllTextAsync(Sbom, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""<license type="expression">MIT</license>""", null)]
    [InlineData("""<license type="expression">GPL-2.0-only OR BSD-3-Clause</license>""", null)]
    [InlineData("""<license type="expression">GPL-3.0-only</license>""", "Odd.One 1.2.3: its licence GPL-3.0-only is not in deploy/licences.txt")]
    [InlineData("""<license type="expression">MIT AND GPL-3.0-only</license>""", "Odd.One 1.2.3: its licence MIT AND GPL-3.0-only is not in deploy/licences.txt")]
    [InlineData("""<license type="file">LICENSE.txt</license>""", "Odd.One 1.2.3: brings a licence text of its own (LICENSE.txt) that deploy/licences.txt does not know")]
    [InlineData("""<licenseUrl>https://example.org/licence</licenseUrl>""", "Odd.One 1.2.3: brings a licence text of its own (none named) that deploy/licences.txt does not know")]
    [InlineData("", "Odd.One 1.2.3: brings a licence text of its own (none named) that deploy/licences.txt does not know")]
    [InlineData(null, "Odd.One 1.2.3: is not restored")]
    public async Task A_licence_that_nobody_has_accepted_is_a_failure(string? licence, string? fault)
    {
        var cache = Directory.CreateDirectory(Path.Combine(folder.FullName, "cache", "odd.one", "1.2.3")).FullName;
        if (licence is not null)
            Write(Path.Combine(
                cache, "odd.one.nuspec"), $"<package><metadata><id>Odd.One</id>{licence}<description>MIT</description></metadata></package>");
        Write(Path.Combine(cache, "LICENSE.txt"), "You may look at it.");
        Write(Path.Combine(cache, "odd.one.1.2.3.nupkg.sha512"), Convert.ToBase64String(SHA512.HashData([])));
        var lockFile = Path.Combine(folder.FullName, "packages.lock.json");
        Write(lockFile, """
            {
              "version": 2,
              "dependencies": {
                "net10.0": {
                  "Odd.One": {
                    "type": "Direct",
                    "resolved": "1.2.3"
                  }
                }
              }
            }
            """);
        var (exit, output, error) = await RunAsync(("NUGET_PACKAGES", Path.Combine(folder.FullName, "cache")), ("SETTLEMENT_LOCK_FILE", lockFile));
        Assert.Equal(fault is null ? 0 : 1, exit);
        Assert.Equal(fault is null, File.Exists(Sbom));
        Assert.StartsWith(fault ?? "", error, StringComparison.Ordinal);
        Assert.Equal(fault is null, output.Contains("Odd.One", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Reached(Dictionary<string, List<string>> dependencies, string from)
    {
        var (reached, next) = (new HashSet<string>(StringComparer.Ordinal) { from }, new Queue<string>([from]));
        while (next.TryDequeue(out var at))
        {
            foreach (var needed in dependencies[at].Where(reached.Add))
                next.Enqueue(needed);
        }

        return reached;
    }

    private static IEnumerable<string> Locked()
    {
        var packages = JsonDocument.Parse(
            File.ReadAllText(Checkout.PathOf("src", "Settlement.Worker", "packages.lock.json"))).RootElement.GetProperty("dependencies");
        return packages.EnumerateObject().SelectMany(target => target.Value.EnumerateObject()).Where(p => Text(p.Value, "type") != "Project")
            .Select(p => $"{p.Name}@{Text(p.Value, "resolved")}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    /// <summary>What the program that these tests run says it consists of.</summary>
    private static List<string> Built()
    {
        var libraries = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "settlement.deps.json"))).RootElement.GetProperty("libraries");
        var built = libraries.EnumerateObject().Where(l => Text(l.Value, "type") == "package").Select(l => l.Name.Replace('/', '@')).ToList();
        Assert.True(built.Count > 20);
        return built;
    }

    private static string NameOf(JsonElement component) => $"{Text(component, "name")}@{Text(component, "version")}";

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    private static void Write(string path, string text) => File.WriteAllText(path, text + "\n");

    private Task<(int Exit, string Output, string Error)> RunAsync(params (string, string)[] environment) =>
        Checkout.RunAsync(Checkout.PathOf("deploy", "licences.sh"), ["--sbom", Sbom], environment: environment);
}
