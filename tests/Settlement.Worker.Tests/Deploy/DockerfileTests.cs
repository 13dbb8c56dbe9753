using System.Globalization;
using System.Text.Json.Nodes;
using Settlement.Worker.Settings;
using Xunit;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>What the Dockerfile says, as far as that can be read. <see cref="ImageTests"/> does what it says, without containers.</summary>
public class DockerfileTests
{
    private readonly Dockerfile file = Dockerfile.Read();

    [Fact]
    public void The_bases_are_pinned_and_fit_the_SDK_that_the_checkout_asks_for()
    {
        var asked = System.Version.Parse(JsonNode.Parse(File.ReadAllText(Checkout.PathOf("global.json")))!["sdk"]!["version"]!.GetValue<string>());
        var sdk = System.Version.Parse(file.Argument("SDK").Split('-')[0]);
        Assert.Equal((asked.Major, asked.Minor), (sdk.Major, sdk.Minor));
        Assert.True(sdk >= asked, $"{sdk} is older than {asked}");
        Assert.EndsWith("-chiseled-extra", file.Argument("RUNTIME"), StringComparison.Ordinal);
        Assert.Equal(3, System.Version.Parse(file.Argument("RUNTIME").Split('-')[0]).ToString().Split('.').Length);
        var bases = file.All("FROM").Select(f => f.Split(' ').Single(w => w.Contains('/', StringComparison.Ordinal)).Split('/')[^1]);
        Assert.Equal(["sdk:${SDK}", "aspnet:${RUNTIME}"], bases);
    }

    [Fact]
    public void It_is_not_root_ends_by_SIGTERM_says_how_it_is_and_what_it_is()
    {
        Assert.Equal("$APP_UID", file.All("USER").Single());
        Assert.Equal("SIGTERM", file.All("STOPSIGNAL").Single());
        Assert.Equal(WorkerSettings.Default.Http.Port.ToString(CultureInfo.InvariantCulture), file.All("EXPOSE").Single());
        Assert.Equal([.. file.Command("ENTRYPOINT"), "health"], file.Command("HEALTHCHECK"));
        Assert.Equal(["run"], file.Command("CMD"));
        foreach (var label in new[] { "title", "description", "licenses", "version", "revision" })
            Assert.Contains($"org.opencontainers.image.{label}=", file.All("LABEL").Single(), StringComparison.Ordinal);
        Assert.Equal(file.All("WORKDIR").Last(), file.All("VOLUME").Single());
        // Nothing runs in the last stage, which has no shell.
        Assert.DoesNotContain("RUN", file.Instructions.Select(i => i.Name).Reverse().TakeWhile(name => name != "FROM"));
    }

    [Fact]
    public void Everything_that_is_copied_in_is_let_through_and_there()
    {
        var let = File.ReadAllLines(Checkout.PathOf(".dockerignore")).Where(l => l.StartsWith('!')).Select(l => l[1..]).ToList();
        var copied = file.CopiedIn.SelectMany(c => c.SkipLast(1)).Select(c => c.TrimEnd('/')).ToList();
        Assert.All(copied, c => Assert.True(Path.Exists(Checkout.PathOf(c.Split('/'))), c));
        Assert.All(copied, c => Assert.Contains(c.StartsWith("Directory.", StringComparison.Ordinal) ? "Directory.*.props" : c, let));
        Assert.All(let, l => Assert.Contains(l == "Directory.*.props" ? "Directory.Build.props" : l, copied));
    }
}
