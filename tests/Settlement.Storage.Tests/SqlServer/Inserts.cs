using System.Text.RegularExpressions;

namespace Settlement.Storage.Tests.SqlServer;

/// <summary>A call of <c>IEngine.Insert</c> in the source: it inserts many rows at once and does not appear in any statement's text.</summary>
/// <param name="Name">The name that a statement would have.</param>
internal sealed partial record Inserts(string Name, string Table, IReadOnlyList<string> Columns)
{
    public static readonly IReadOnlyList<Inserts> All = [
        .. new[] { "Settlement.Storage", "Settlement.Engine" }.SelectMany(p => Repository.Files(Path.Combine("src", p), "*.cs")).SelectMany(Of)
        .DistinctBy(i => i.Table)];

    public string Text => $"INSERT INTO {Table} ({string.Join(", ", Columns)}) VALUES (@{string.Join(", @", Columns)})";

    /// <summary>The calls in the source. A call whose columns can't be read must not be overlooked, so it throws.</summary>
    private static IEnumerable<Inserts> Of(string file)
    {
        var text = File.ReadAllText(file);
        foreach (Match call in Call().Matches(text))
        {
            var columns = call.Groups["columns"].Value;
            var list = columns.StartsWith('[') ? columns
                : Regex.Match(
                text, $@"\b{columns} =\s*(?<list>\[[^\]]*\])", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)).Groups["list"].Value;
            var table = call.Groups["table"].Value;
            var names = Quoted().Matches(list).Select(m => m.Groups["name"].Value).ToList();
            yield return names.Count > 0 ? new Inserts($"insert/{table}", table, names)
                : throw new InvalidOperationException($"{file}: the columns of the insert into {table} are not to be found");
        }
    }

    [GeneratedRegex("""\bInsert\(\s*session,\s*"(?<table>\w+)",\s*(?<columns>\w+|\[[^\]]*\])""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Call();

    [GeneratedRegex("""
        "(?<name>\w+)"
        """, RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Quoted();
}
