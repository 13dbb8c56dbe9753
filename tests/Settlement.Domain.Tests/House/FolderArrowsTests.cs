using System.Text.RegularExpressions;
using Xunit;

namespace Settlement.Domain.Tests.House;

/// <summary>The folders of a project can be drawn from left to right: no two use each other, directly or through others.</summary>
public partial class FolderArrowsTests
{
    [Theory]
    [InlineData("Settlement.Domain")]
    [InlineData("Settlement.Storage")]
    [InlineData("Settlement.Engine")]
    [InlineData("Settlement.Worker")]
    public void No_folders_use_each_other_in_a_circle(string project)
    {
        var arrows = Arrows(project);
        Assert.True(arrows.Count > 3, $"{arrows.Count} folders of {project} use others");
        var open = new Dictionary<string, HashSet<string>>(arrows, StringComparer.Ordinal);
        while (open.FirstOrDefault(folder => !folder.Value.Any(open.ContainsKey)).Key is { } last)
            open.Remove(last);
        Assert.Empty(open.Select(folder => $"{folder.Key} -> {string.Join(", ", folder.Value.Where(open.ContainsKey))}"));
    }

    /// <summary>Which folders each folder uses, according to the names in its files.</summary>
    private static Dictionary<string, HashSet<string>> Arrows(string project)
    {
        var arrows = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var text in Repository.Files(Path.Combine("src", project), "*.cs").Select(File.ReadAllText))
        {
            if (Own().Match(text) is not { Success: true } own || !own.Groups["project"].ValueSpan.SequenceEqual(project))
                continue;
            var folder = own.Groups["folder"].Value;
            arrows.TryAdd(folder, []);
            arrows[folder]
                .UnionWith(Used().Matches(text).Where(u => u.Groups["project"].Value == project).Select(u => u.Groups["folder"].Value)
                .Where(f => f != folder));
        }

        return arrows;
    }

    [GeneratedRegex(@"^namespace (?<project>Settlement\.\w+)\.(?<folder>\w+)", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Own();

    [GeneratedRegex(@"^using (?<project>Settlement\.\w+)\.(?<folder>\w+)", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Used();
}
