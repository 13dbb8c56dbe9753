using System.Globalization;

namespace Settlement.Benchmarks.Harness;

/// <summary>The options after the verb: <c>--name value</c>, for quick runs with small sizes.</summary>
internal sealed class Sizes
{
    private readonly Dictionary<string, string> given = new(StringComparer.Ordinal);

    public int Rounds => Number("rounds", 7);

    /// <summary>Where the database files are created: on the file system to be measured.</summary>
    public string Folder => Text("dir", Path.GetTempPath());

    /// <summary>Null if something is not an option with a value.</summary>
    public static Sizes? Read(ReadOnlySpan<string> args)
    {
        if (args.Length % 2 != 0)
            return null;
        var sizes = new Sizes();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                return null;
            sizes.given[args[i][2..]] = args[i + 1];
        }

        return sizes;
    }

    public int Number(string name, int otherwise) =>
        given.TryGetValue(name, out var text) ? int.Parse(text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) : otherwise;

    public string Text(string name, string otherwise) => given.GetValueOrDefault(name, otherwise);
}
