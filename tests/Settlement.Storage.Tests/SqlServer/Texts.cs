using System.Text.RegularExpressions;

namespace Settlement.Storage.Tests.SqlServer;

/// <summary>
/// Every statement of an engine, by name: the shared ones, and those in the folder named after the engine. They are read from the files, so that the
/// checks do not depend on how the program finds them.
/// </summary>
internal static partial class Texts
{
    private const string Marker = "-- name: ";

    public static readonly IReadOnlyDictionary<string, string> Shared = Load("Sql");

    /// <summary>Those of SQL Server, with lists in the form that the server gets. Before that they are not valid T-SQL.</summary>
    public static readonly IReadOnlyDictionary<string, string> All =
        Of("SqlServer").ToDictionary(t => t.Key, t => ListParameter().Replace(t.Value, "IN (SELECT CAST(value AS bigint) FROM OPENJSON(@${name}))"), StringComparer.Ordinal);

    public static Dictionary<string, string> OwnOf(string engine) => Load(Path.Combine("Sql", engine));

    public static IReadOnlyDictionary<string, string> Of(string engine) => Shared.Concat(OwnOf(engine)).ToDictionary(StringComparer.Ordinal);

    private static Dictionary<string, string> Load(string folder)
    {
        var storage = Path.Combine("src", "Settlement.Storage");
        var files = Repository.Files(storage, "*.sql").Where(f => Path.GetDirectoryName(f)!.EndsWith(Path.Combine(storage, folder), StringComparison.Ordinal));
        return files.SelectMany(f => Sections(Path.GetFileNameWithoutExtension(f), File.ReadAllText(f))).ToDictionary(StringComparer.Ordinal);
    }

    private static IEnumerable<KeyValuePair<string, string>> Sections(string file, string text)
    {
        foreach (var section in text.Split(Marker).Skip(1))
        {
            var end = section.IndexOf('\n', StringComparison.Ordinal);
            yield return new KeyValuePair<string, string>($"{file}/{section[..end].Trim()}", section[(end + 1)..].Trim());
        }
    }

    [GeneratedRegex(@"\bIN @(?<name>\w+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ListParameter();
}
