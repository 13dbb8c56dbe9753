using System.Text.RegularExpressions;
using Xunit;

namespace Settlement.Storage.Tests.SqlServer;

/// <summary>
/// SQL that stands in C#, because it is put together there: as the server is given it. All other SQL is in files; a text in the source that is not known here
/// fails, so that none goes unchecked.
/// </summary>
public sealed partial class SourceTexts
{
    /// <summary>How a text begins in the source, and an example of it, or null where it is checked elsewhere.</summary>
    private static readonly Dictionary<string, string?> Known = new(StringComparer.Ordinal)
    {
        ["SELECT IdHash, ContentHash FROM EventIdentity WHERE IdHash IN ("] = "SELECT IdHash, ContentHash FROM EventIdentity WHERE IdHash IN (@IdHash0, @IdHash1)",
        // What takes the place of a list in the texts of files, which are checked with it.
        [" IN (SELECT CAST(value AS bigint) FROM OPENJSON($"] = null,
        // Inserts: every call of it.
        ["INSERT INTO "] = null,
        // Copies: below.
        ["SELECT * FROM "] = null,
        // The record of migrations that ran is Evolve's table; the other asks whether it is there.
        ["SELECT version FROM "] = null,
        ["SELECT CAST(COUNT(*) AS bigint) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = @Table"] = null,
    };

    /// <summary>What a copy into a throw-away store reads.</summary>
    private static readonly IEnumerable<(string Table, string Which)> Copied =
        Copy().Matches(Repository.Read("src", "Settlement.Storage", "Engines", "StoreCopy.cs")).Select(m => (m.Groups["table"].Value, m.Groups["which"].Value));

    internal static readonly IReadOnlyDictionary<string, string> All = Known.Values.OfType<string>().Select((text, i) => ($"source/{i}", text))
        .Concat(Copied.Select(c => ($"copy/{c.Table}", $"SELECT * FROM {c.Table} WHERE {c.Which}"))).ToDictionary(StringComparer.Ordinal);

    [Fact]
    public void There_is_no_other()
    {
        var found = Repository.Files("src", "*.cs").Where(f => Path.GetFileName(f) is not "SqliteEngine.cs").SelectMany(f => Literal().Matches(File.ReadAllText(f)))
            .Select(m => m.Groups["text"].Value).Distinct(StringComparer.Ordinal).Except(Copied.Select(c => c.Which)).ToList();

        Assert.Equal(Known.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Copies_are_found() => Assert.Equal(["Account", "Usage"], Copied.Select(c => c.Table).Intersect(["Account", "Usage"], StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>Up to the first thing put in.</summary>
    [GeneratedRegex(@"""(?<text>[^""{\n]*\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|EXEC|EXECUTE|MERGE|TRUNCATE)\b[^""{\n]*)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Literal();

    [GeneratedRegex("""
        \("(?<table>\w+)", "(?<which>[^"]+)"\)
        """, RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Copy();
}
