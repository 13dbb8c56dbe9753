using System.Text.RegularExpressions;
using Xunit;

namespace Settlement.Worker.Tests.Demo;

/// <summary>
/// The commands that README.md tells a newcomer to type say what the page says. PageCommandsTests checks that every command of every page works.
/// </summary>
public sealed partial class ReadmeTests : IDisposable
{
    private readonly Terminal terminal = new();

    public void Dispose() => terminal.Dispose();

    [Fact]
    public void It_is_short_and_names_pages_that_exist()
    {
        Assert.InRange(Pages.Text("README.md").Split('\n').Length, 1, 120);
        foreach (var page in Pages.All)
        {
            Assert.All(
                Link().Matches(Pages.Text(page)).Select(m => m.Groups["file"].Value),
                linked => Assert.True(File.Exists(Checkout.PathOf(Path.GetDirectoryName(page)!, linked)), $"{page} links {linked}"));
        }
    }

    [Fact]
    public async Task A_history_that_comes_after_the_first_closing_is_refused_or_held()
    {
        var commands = Pages.CommandsOf("docs/import.md").Where(l => l.StartsWith("settlement ", StringComparison.Ordinal)).ToList();
        await Type(commands[0], "settlement close");
        Assert.Equal(3, (await Type(commands[1])).Split("hour-closed").Length - 1);
        await Type(commands[2], "settlement close");
        Assert.Equal(5, (await Type("settlement quarantine list")).Split("not-subscribed").Length - 1);
    }

    /// <summary>Types lines of a page in one continuing session.</summary>
    private async Task<string> Type(params string[] lines) =>
        string.Concat((await terminal.TypeAsync(lines, ("Billing__MaxUsageAge", "3650.00:00:00"))).Select(t => t.Said));

    [GeneratedRegex(@"\]\((?<file>[\w./-]+\.md)\)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Link();
}
