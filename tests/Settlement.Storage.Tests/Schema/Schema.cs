using System.Globalization;

namespace Settlement.Storage.Tests.Schema;

/// <summary>A schema in terms that both engines share. Everything is text and sorted, so that two schemas can be compared line by line.</summary>
internal sealed record DatabaseSchema(IReadOnlyList<TableSchema> Tables, IReadOnlyList<string> Views)
{
    /// <summary>One line for each element of the schema.</summary>
    public IEnumerable<string> Lines() => Tables.SelectMany(t => t.Lines()).Concat(Views.Select(v => "view " + v)).Order(StringComparer.Ordinal);
}

/// <param name="Keys">Primary key, unique and foreign keys, checks and indexes, one line each.</param>
internal sealed record TableSchema(string Name, IReadOnlyList<ColumnSchema> Columns, IReadOnlyList<string> Keys)
{
    public IEnumerable<string> Lines() =>
        Columns.Select((c, i) => $"{Name} column {i + 1:D2} {c.Name} {c.Type}{(c.Nullable ? " null" : "")}{(c.Numbered ? " numbered" : "")}")
        .Concat(Keys.Select(k => $"{Name} {k}"));
}

/// <param name="Numbered">Whether the database numbers the rows.</param>
internal sealed record ColumnSchema(string Name, string Type, bool Nullable, bool Numbered)
{
    private const string Text = "nvarchar(";

    /// <summary>The number of characters that fit in a text column; null: it is not text, or has no bound.</summary>
    public int? Room =>
        Type.StartsWith(Text, StringComparison.Ordinal) && Type != "nvarchar(max)"
        ? int.Parse(Type[Text.Length..^1], CultureInfo.InvariantCulture) : null;
}
