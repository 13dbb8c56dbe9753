using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Settlement.Storage;

/// <summary>
/// Every statement of the program by name ("file/statement"), read once from the embedded .sql files. A statement starts with a line <c>-- name:
/// …</c>. What several of them share is a part: it starts with a line <c>-- part: …</c> in a shared file and is written <c>{…}</c> where it is used.
/// Statements use only what both SQLite and SQL Server accept. The few that can't are in a folder named after the engine.
/// </summary>
public static partial class Sql
{
    private const string Shared = "";

    private static readonly ConcurrentDictionary<string, FrozenDictionary<string, string>> Engines = new(StringComparer.Ordinal);

    private static readonly Dictionary<string, string> Parts =
        Sections(Shared).Where(s => s.IsPart)
            .ToDictionary(s => s.Name[(s.Name.IndexOf('/', StringComparison.Ordinal) + 1)..], s => s.Text, StringComparer.Ordinal);

    /// <summary>The statements of an engine: its own and the shared ones.</summary>
    public static FrozenDictionary<string, string> Of(string engine) =>
        Engines.GetOrAdd(engine, e =>
            Sections(e).Concat(Sections(Shared)).Where(s => !s.IsPart).ToFrozenDictionary(s => s.Name, s => Whole(s.Text), StringComparer.Ordinal));

    /// <summary>A part may use others.</summary>
    private static string Whole(string text) => Used().IsMatch(text) ? Whole(Used().Replace(text, used => Parts[used.Groups["part"].Value])) : text;

    private static IEnumerable<(bool IsPart, string Name, string Text)> Sections(string engine)
    {
        var assembly = typeof(Sql).Assembly;
        var prefix = engine == Shared ? "Settlement.Storage.Sql." : $"Settlement.Storage.Sql.{engine}.";
        foreach (var resource in assembly.GetManifestResourceNames().Where(r => r.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var file = resource[prefix.Length..^4];
            // A dot means that the file is in an engine's folder, so it does not belong here.
            if (file.Contains('.', StringComparison.Ordinal))
                continue;
            foreach (Match section in Section().Matches(ReadText(assembly, resource)))
                yield return (section.Groups["kind"].Value == "part", $"{file}/{section.Groups["name"].Value}", section.Groups["text"].Value.Trim());
        }
    }

    [GeneratedRegex(@"^-- (?<kind>name|part): (?<name>[a-z0-9-]+)\n(?<text>.*?)(?=\z|^-- )",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Section();

    [GeneratedRegex(@"\{(?<part>[a-z0-9-]+)\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Used();

    private static string ReadText(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
