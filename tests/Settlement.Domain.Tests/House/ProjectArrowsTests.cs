// Worker -> Engine, Storage, Contracts, Domain; Engine -> Storage, Domain; Storage -> Domain; nothing else. And nobody may switch off the banned
// list.
using System.Xml.Linq;
using Xunit;

namespace Settlement.Domain.Tests.House;

public class ProjectArrowsTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Settlement.Contracts"] = [],
        ["Settlement.Domain"] = [],
        ["Settlement.Storage"] = ["Settlement.Domain"],
        ["Settlement.Engine"] = ["Settlement.Domain", "Settlement.Storage"],
        ["Settlement.Worker"] = ["Settlement.Contracts", "Settlement.Domain", "Settlement.Engine", "Settlement.Storage"],
    };

    [Fact]
    public void Projects_refer_to_each_other_as_drawn()
    {
        var projects = Repository.Files("src", "*.csproj").ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => f, StringComparer.Ordinal);
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), projects.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, file) in projects)
        {
            var references = Elements(file, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/')))
                .Order(StringComparer.Ordinal);
            Assert.Equal(Allowed[name], references);
        }
    }

    [Theory]
    [InlineData("Settlement.Domain")]
    [InlineData("Settlement.Contracts")]
    public void The_innermost_projects_take_no_package_to_run(string project)
    {
        var document = XDocument.Load(Repository.File($"src/{project}/{project}.csproj"));
        Assert.All(document.Descendants("PackageReference"), p => Assert.Equal("all", p.Attribute("PrivateAssets")?.Value));
    }

    [Fact]
    public void The_banned_list_is_in_force()
    {
        var project = Repository.File("src/Settlement.Domain/Settlement.Domain.csproj");
        Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", Elements(project, "PackageReference"));
        Assert.Contains("BannedSymbols.txt", Elements(project, "AdditionalFiles"));
        var banned = File.ReadAllText(Repository.File("src/Settlement.Domain/BannedSymbols.txt"));
        Assert.All(
            ["P:System.DateTime.UtcNow;", "P:System.DateTimeOffset.UtcNow;", "T:System.TimeProvider;", "M:System.Guid.NewGuid;", "T:System.Random;", "T:System.IO.File;", "T:System.Double;", "T:System.Single;"],
            symbol => Assert.Contains(symbol, banned, StringComparison.Ordinal));
    }

    [Fact]
    public void Nobody_goes_round_it()
    {
        string[] files = [.. Repository.Files("src/Settlement.Domain", "*.cs"), .. Repository.Files("src/Settlement.Domain", "*.csproj"),
            Repository.File("Directory.Build.props"), Repository.File(".editorconfig")];
        Assert.True(files.Length > 50);
        foreach (var file in files)
        {
            var text = File.ReadAllText(file);
            Assert.All(["#pragma", "SuppressMessage", "NoWarn", "RS0030", "RS0031", "WarningsNotAsErrors"], word =>
                Assert.False(text.Contains(word, StringComparison.Ordinal), $"{word} in {file}"));
        }

        Assert.Contains("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>", File.ReadAllText(Repository.File("Directory.Build.props")),
            StringComparison.Ordinal);
        Assert.Contains("<CheckForOverflowUnderflow>true</CheckForOverflowUnderflow>", File.ReadAllText(Repository.File("Directory.Build.props")),
            StringComparison.Ordinal);
    }

    private static IEnumerable<string> Elements(string file, string name) =>
        XDocument.Load(file).Descendants(name).Select(e => e.Attribute("Include")!.Value);
}
