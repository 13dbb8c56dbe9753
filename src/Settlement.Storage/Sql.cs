using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;

namespace Settlement.Storage;

/// <summary>
/// Every statement of the program by name ("file/statement"), read once from the embedded .sql files. A statement starts with a line <c>-- name:
/// …</c>. Statements use only what both SQLite and SQL Server accept. The few that can't are in a folder named after the engine.
/// </summary>
public static class Sql
{
    private const string Marker = "-- name: ";
    private const string Shared = "";

    private static readonly ConcurrentDictionary<string, FrozenDictionary<string, string>> Engines = new(StringComparer.Ordinal);

    /// <summary>The statements of an engine: its own and the shared ones.</summary>
    public static FrozenDictionary<string, string> Of(string engine) =>
        Engines.GetOrAdd(engine, e => Load(e).Concat(Load(Shared)).ToFrozenDictionary(StringComparer.Ordinal));

    private static IEnumerable<KeyValuePair<string, string>> Load(string engine)
    {
        var assembly = typeof(Sql).Assembly;
        var prefix = engine == Shared ? "Settlement.Storage.Sql." : $"Settlement.Storage.Sql.{engine}.";
        foreach (var resource in assembly.GetManifestResourceNames().Where(r => r.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var file = resource[prefix.Length..^4];
            // A dot means that the file is in an engine's folder, so it does not belong here.
            if (file.Contains('.', StringComparison.Ordinal))
                continue;
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
