using System.Text.RegularExpressions;

namespace Settlement.Storage.Tests.SqlServer;

/// <summary>
/// Every statement of an engine, by name: the shared ones, and those in the folder named after the engine. They are read from the files, so that the
/// checks do not depend on how the program finds them.
/// </summary>
internal static partial class Texts
{
    private const string Marker = "-- name: ";
    private const string PartMarker = "-- part: ";

    private static readonly Dictionary<string, string> Parts = Files("Sql").SelectMany(f => Sections(f, PartMarker))
        .ToDictionary(StringComparer.Ordinal);

    public static readonly IReadOnlyDictionary<string, string> Shared = Load("Sql");

    /// <summary>Those of SQL Server, with lists in the form that the server gets. Before that they are not valid T-SQL.</summary>
    public static readonly IReadOnlyDictionary<string, string> All =
        Of("SqlServer")
            .ToDictionary(t => t.Key, t =>
            ListParameter().Replace(t.Value, "IN (SELECT CAST(value AS bigint) FROM OPENJSON(@${name}))"), StringComparer.Ordinal);

    public static Dictionary<string, string> OwnOf(string engine) => Load(Path.Combine("Sql", engine));

    public static IReadOnlyDictionary<string, string> Of(string engine) => Shared.Concat(OwnOf(engine)).ToDictionary(StringComparer.Ordinal);

    private static Dictionary<string, string> Load(string folder) => Files(folder).SelectMany(f =>
        Sections(f, Marker).Select(s => KeyValuePair.Create($"{Path.GetFileNameWithoutExtension(f)}/{s.Key}", Whole(s.Value))))
            .ToDictionary(StringComparer.Ordinal);

    private static IEnumerable<string> Files(string folder)
    {
        var storage = Path.Combine("src", "Settlement.Storage");
        return Repository.Files(storage, "*.sql")
            .Where(f => Path.GetDirectoryName(f)!.EndsWith(Path.Combine(storage, folder), StringComparison.Ordinal));
    }

    /// <summary>What comes after a marker, up to the next line that is a comment.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Sections(string file, string marker)
    {
        foreach (var section in ("\n" + File.ReadAllText(file)).Split("\n" + marker).Skip(1))
        {
            var text = section.Split("\n-- ")[0];
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            yield return KeyValuePair.Create(text[..end].Trim(), text[(end + 1)..].Trim());
        }
    }

    private static string Whole(string text)
    {
        while (text.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start)
        {
            var end = text.IndexOf('}', start);
            text = text[..start] + Parts[text[(start + 1)..end]] + text[(end + 1)..];
        }

        return text;
    }

    [GeneratedRegex(@"\bIN @(?<name>\w+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ListParameter();
}
