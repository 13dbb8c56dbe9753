using System.Text.Json;
using System.Xml.Linq;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>The two packages, packed from what the tests were built with and installed from a folder: the tool, and the contracts in a program.</summary>
public sealed class PackagesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("settlement-packages-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Version => XDocument.Load(Checkout.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Settlement_installs_as_a_tool_and_runs_its_verbs()
    {
        await PackAsync("Settlement.Worker");
        await DotnetAsync("tool", "install", "settlement", "--version", Version, "--tool-path", "tools");
        var settlement = Path.Combine(folder.FullName, "tools", "settlement");
        var (exit, output, error) = await Checkout.RunAsync(settlement, ["--version"], folder.FullName);
        Assert.True(exit == Exit.Done && output.StartsWith(Version, StringComparison.Ordinal), output + error);
        (exit, output, error) = await Checkout.RunAsync(
            settlement, ["simulate", Checkout.PathOf("deploy", "examples", "what-if.json"), "--output", "json"], folder.FullName);
        Assert.True(exit == Exit.Done, error);
        Assert.NotEmpty(JsonDocument.Parse(output).RootElement.GetProperty("bill").EnumerateArray());
        // On a store, which needs the native files of this platform.
        (exit, _, error) = await Checkout.RunAsync(settlement, ["migrate"], folder.FullName);
        Assert.True(exit == Exit.Done && File.Exists(Path.Combine(folder.FullName, "settlement.db")), error);
    }

    [Fact]
    public async Task A_program_that_has_only_the_contracts_makes_a_message_that_the_worker_reads()
    {
        await PackAsync("Settlement.Contracts");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Agent.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Settlement.Contracts" Version="{Version}" /></ItemGroup>
            </Project>
            """, Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Program.cs"), """
            using Settlement.Contracts;
            var call = new UsageEvent { Id = "1", Source = "agent", Account = "acme", Api = "passport", Region = "r", Time = DateTimeOffset.UtcNow, Status = 200 };
            Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(new UsageEvents([call])));
            """, Cancel);
        using var body = JsonDocument.Parse(await DotnetAsync("run"));
        var read = body.RootElement.GetProperty("events").EnumerateArray().Single();
        Assert.Equal(("1", "acme"), (read.GetProperty("id").GetString(), read.GetProperty("account").GetString()));
        Assert.Equal(1, read.GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("Settlement.Worker", "settlement")]
    [InlineData("Settlement.Contracts", "Settlement.Contracts")]
    public async Task A_package_says_what_it_is_under_which_licence_and_has_its_page(string project, string id)
    {
        await PackAsync(project);
        using var package = await System.IO.Compression.ZipFile.OpenReadAsync(Path.Combine(folder.FullName, $"{id}.{Version}.nupkg"), Cancel);
        await using var text = await package.GetEntry($"{id}.nuspec")!.OpenAsync(Cancel);
        var metadata = (await XDocument.LoadAsync(text, LoadOptions.None, Cancel)).Root!.Elements().Single();
        var said = metadata.Elements().ToDictionary(e => e.Name.LocalName, e => e.Value);
        Assert.Equal((id, "Apache-2.0"), (said["id"], said["license"]));
        Assert.NotEmpty(said["description"]);
        Assert.NotNull(package.GetEntry(said["readme"]));
        Assert.Equal(id == "Settlement.Contracts", package.Entries.Any(e => e.FullName == "lib/net10.0/Settlement.Contracts.xml"));
    }

    /// <summary>Into the folder, which is then the only source of packages.</summary>
    private async Task PackAsync(string project)
    {
        const string OnlyHere = """<configuration><packageSources><clear /><add key="here" value="." /></packageSources></configuration>""";
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "NuGet.config"), OnlyHere, Cancel);
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        await DotnetAsync("pack", Checkout.PathOf("src", project), "--configuration", configuration, "--no-build", "--output", folder.FullName);
    }

    private async Task<string> DotnetAsync(params string[] arguments)
    {
        // A cache of its own: the packages of one version differ from build to build.
        (string, string)[] cache = arguments[0] == "run" ? [("NUGET_PACKAGES", Path.Combine(folder.FullName, "cache"))] : [];
        var (exit, output, error) = await Checkout.RunAsync("dotnet", arguments, folder.FullName, [.. cache, .. Publication.NoServers]);
        Assert.True(exit == 0, $"dotnet {string.Join(' ', arguments)}: {exit}\n{output}{error}");
        return output;
    }
}
