using System.Text.RegularExpressions;
using Xunit;

namespace Settlement.Domain.Tests.House;

/// <summary>A page that sends its reader to a file that has moved is worse than no page.</summary>
public partial class PagesNameFilesTests
{
    [Fact]
    public void Every_file_and_folder_of_the_source_that_a_page_names_is_there()
    {
        var pages = Directory.EnumerateFiles(Repository.File("docs"), "*.md").Append(Repository.File("README.md")).ToList();
        var named = pages.SelectMany(page =>
            Named().Matches(File.ReadAllText(page)).SelectMany(m => Each(m.Groups["path"].Value))
            .Select(path => (Page: Path.GetFileName(page), Path: path))).ToList();

        Assert.True(named.Count > 50, $"{named.Count} are named");
        Assert.All(named, n => Assert.True(IsThere(n.Path), $"{n.Page} names {n.Path}"));
    }

    /// <summary><c>A/{B,C}.cs</c> names two files.</summary>
    private static IEnumerable<string> Each(string path) =>
        Braces().Match(path) is { Success: true } braces ? braces.Groups["names"].Value.Split(',')
            .Select(name => path.Replace(braces.Value, name, StringComparison.Ordinal)) : [path];

    private static bool IsThere(string path)
    {
        var full = Repository.File($"src/Settlement.{path}");
        return Directory.Exists(full)
            || (Directory.Exists(Path.GetDirectoryName(full))
            && Directory.EnumerateFiles(Path.GetDirectoryName(full)!, Path.GetFileName(full)).Any());
    }

    [GeneratedRegex(@"`(?<path>(Contracts|Domain|Storage|Engine|Worker)/[\w./{},*]+)`",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();

    [GeneratedRegex(@"\{(?<names>[^}]+)\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Braces();
}
