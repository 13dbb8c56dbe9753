using System.Text.RegularExpressions;
using Xunit;

namespace Settlement.Storage.Tests.SqlServer;

/// <summary>
/// SQL that is in C# because it is put together there, in the form in which the server gets it. All other SQL is in files. A text in the source that
/// is not listed here fails the test, so that none goes unchecked.
/// </summary>
public sealed partial class SourceTexts
{
    /// <summary>How a text begins in the source, with an example of it, or null if it is checked elsewhere.</summary>
    private static readonly Dictionary<string, string?> Known = new(StringComparer.Ordinal)
    {
        ["SELECT IdHash, ContentHash FROM EventIdentity WHERE IdHash IN ("] = "SELECT IdHash, ContentHash FROM EventIdentity WHERE IdHash IN (@IdHash0, @IdHash1)",
        // Replaces a list in the texts of files; it is checked together with them.
        [" IN (SELECT CAST(value AS bigint) FROM OPENJSON($"] = null,
        // Inserts: every call is checked.
        ["INSERT INTO "] = null,
        // Copies: see below.
        ["SELECT * FROM "] = null,
        // The first text reads Evolve's table of the migrations that ran; the other checks whether that table exists.
        ["SELECT name FROM "] = null,
        ["SELECT CAST(COUNT(*) AS bigint) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = @Table"] = null,
    };

    /// <summary>What a copy into a throw-away store reads.</summary>
    private static readonly IEnumerable<(string Table, string Which)> Copied =
        Copy().Matches(Repository.Read("src", "Settlement.Storage", "Engines", "StoreCopy.cs"))
            .Select(m => (m.Groups["table"].Value, m.Groups["which"].Value));

    internal static readonly IReadOnlyDictionary<string, string> All = Known.Values.OfType<string>().Select((text, i) => ($"source/{i}", text))
        .Concat(Copied.Select(c => ($"copy/{c.Table}", $"SELECT * FROM {c.Table} WHERE {c.Which}"))).ToDictionary(StringComparer.Ordinal);

    [Fact]
    public void There_is_no_other()
    {
        var found = Repository.Files("src", "*.cs").Where(f => Path.GetFileName(f) is not "SqliteEngine.cs")
            .SelectMany(f => Literal().Matches(File.ReadAllText(f)))
            .Select(m => m.Groups["text"].Value).Distinct(StringComparer.Ordinal).Except(Copied.Select(c => c.Which)).ToList();

        Assert.Equal(Known.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Copies_are_found() =>
        Assert.Equal(["Account", "Usage"], Copied.Select(c => c.Table).Intersect(["Account", "Usage"], StringComparer.Ordinal)
        .Order(StringComparer.Ordinal));

    /// <summary>Up to the first interpolated value.</summary>
    [GeneratedRegex(@"""(?<text>[^""{\n]*\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|EXEC|EXECUTE|MERGE|TRUNCATE)\b[^""{\n]*)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Literal();

    [GeneratedRegex("""
        \("(?<table>\w+)", "(?<which>[^"]+)"\)
        """, RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Copy();
}
