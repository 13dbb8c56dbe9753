using System.Globalization;

namespace Settlement.Worker.Output;

/// <summary>One column of a listing.</summary>
/// <param name="Detail">Left out, with a note, if the terminal is too narrow for all columns.</param>
public sealed record Column<T>(string Name, Func<T, string?> Value, bool RightAligned = false, bool Detail = false);

/// <summary>
/// Prints lists: a table for people, JSON alone for programs. If a table would not fit, detail columns are left out, the last first; if that is not
/// enough, rows become blocks of lines. Text from users is never markup and never reaches the terminal as control characters.
/// </summary>
public sealed class Listing(TextWriter output, TextWriter error, OutputFormat format, int width)
{
    private const string NoRows = "none";

    public OutputFormat Format => format;

    public bool IsJson => format == OutputFormat.Json;

    /// <summary>The width of the terminal; without a terminal, what COLUMNS says, else wide.</summary>
    public static int WidthOfOutput() =>
        !Console.IsOutputRedirected && Console.WindowWidth > 0 ? Console.WindowWidth
        : int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns)
            && columns >= 20 ? columns : 160;

    /// <summary>The rows as a table, or as a JSON array of <typeparamref name="T"/>.</summary>
    public void Rows<T>(IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns)
    {
        if (IsJson)
            Json(rows);
        else
            Table(rows, columns);
    }

    /// <summary>Any value as JSON, for what is more than a list.</summary>
    public void Json<T>(T value) => output.WriteLine(JsonOutput.Write(value));

    /// <summary>For results that need not fit in memory.</summary>
    /// <param name="columns">The columns of a table.</param>
    /// <param name="csv">Turns a row into a line of CSV, for verbs that print it.</param>
    public LongListing<T> Long<T>(IReadOnlyList<Column<T>> columns, Func<T, string>? csv = null) => new(this, columns, csv);

    /// <summary>The rows as a table, whatever the format.</summary>
    public void Table<T>(IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns)
    {
        var cells = new Cells<T>(columns);
        var texts = rows.Select(cells.TextsOf).ToList();
        Table(columns, cells, texts.Count, texts);
    }

    /// <param name="columns">All columns.</param>
    /// <param name="cells">The cells that have measured the rows.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="rows">The texts of the rows.</param>
    internal void Table<T>(IReadOnlyList<Column<T>> columns, Cells<T> cells, long count, IEnumerable<string[]> rows)
    {
        if (count == 0)
        {
            output.WriteLine(NoRows);
        }
        else if (cells.Shown(width) is { } shown)
        {
            if (shown.Count < columns.Count)
                error.WriteLine($"Left out at {width} columns: {string.Join(", ", columns.Where((_, i) => !shown.Contains(i)).Select(c => c.Name))}.");
            cells.WriteTable(output, shown, rows);
        }
        else
        {
            cells.WriteBlocks(output, rows);
        }
    }

    /// <summary>An array of texts, each of which is JSON, as <see cref="Json"/> would write it.</summary>
    internal void JsonRows(IEnumerable<string> rows)
    {
        var any = false;
        foreach (var row in rows)
        {
            output.Write(any ? ",\n  " : "[\n  ");
            // Line endings occur only between fields: those in texts are escaped.
            output.Write(row.Replace("\n", "\n  ", StringComparison.Ordinal));
            any = true;
        }

        output.WriteLine(any ? "\n]" : "[]");
    }

    internal void Raw(IEnumerable<string> texts)
    {
        foreach (var text in texts)
            output.Write(text);
    }

    /// <summary>One thing as lines of name and value, for people; a line without a value is left out.</summary>
    public void Lines(params IReadOnlyList<(string Name, string? Value)> lines)
    {
        var nameWidth = lines.Max(l => l.Name.Length);
        foreach (var (name, value) in lines.Where(l => l.Value is not null))
            output.WriteLine($"{name.PadRight(nameWidth)}  {Plain(value!)}".TrimEnd());
    }

    /// <summary>A line for people that is not part of the JSON.</summary>
    public void Say(string line) => (format == OutputFormat.Table ? output : error).WriteLine(Plain(line));

    /// <summary>Text that is safe on a terminal, on one line.</summary>
    public static string Plain(string text) => PlainText.Line(text);
}
