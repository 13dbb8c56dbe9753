using System.Collections.Frozen;
using System.Reflection;

namespace Settlement.Storage;

/// <summary>
/// Every statement of the program by name ("file/statement"), read once from the embedded .sql files. A statement starts with a line
/// <c>-- name: …</c>. They keep to what SQLite and SQL Server both read; what differs is named in <see cref="Engines.IEngine"/>.
/// </summary>
public static class Sql
{
    private const string Marker = "-- name: ";

    private static readonly FrozenDictionary<string, string> Statements = Load().ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> Names => Statements.Keys;

    public static string Get(string name) =>
        Statements.TryGetValue(name, out var text) ? text : throw new ArgumentException($"There is no statement '{name}'.", nameof(name));

    private static IEnumerable<KeyValuePair<string, string>> Load()
    {
        var assembly = typeof(Sql).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(r => r.Contains(".Sql.", StringComparison.Ordinal)))
        {
            var file = resource[(resource.IndexOf(".Sql.", StringComparison.Ordinal) + 5)..^4];
            foreach (var section in ReadText(assembly, resource).Split(Marker).Skip(1))
            {
                var end = section.IndexOf('\n', StringComparison.Ordinal);
                yield return new KeyValuePair<string, string>($"{file}/{section[..end].Trim()}", section[(end + 1)..].Trim());
            }
        }
    }

    private static string ReadText(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
