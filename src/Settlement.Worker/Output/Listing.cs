using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Settlement.Worker.Output;

/// <summary>One column of a listing.</summary>
/// <param name="Detail">Left out, and said so, where the terminal is too narrow for all columns.</param>
public sealed record Column<T>(string Name, Func<T, string?> Value, bool RightAligned = false, bool Detail = false);

/// <summary>
/// Prints lists: a table for people, JSON alone for programs. Where a table would not fit, detail columns are left out, the last first; where that is not
/// enough, rows become blocks of lines. Text of users is never markup and never reaches the terminal as control characters.
/// </summary>
public sealed class Listing(TextWriter output, TextWriter error, OutputFormat format, int width)
{
    private const string NoRows = "none";

    public bool IsJson => format == OutputFormat.Json;

    /// <summary>The width of the terminal; elsewhere what COLUMNS says, else wide.</summary>
    public static int WidthOfOutput() =>
        !Console.IsOutputRedirected && Console.WindowWidth > 0 ? Console.WindowWidth
        : int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns >= 20 ? columns : 160;

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

    /// <summary>The rows as a table, whatever the format.</summary>
    public void Table<T>(IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns)
    {
        if (rows.Count == 0)
        {
            output.WriteLine(NoRows);
            return;
        }

        var shown = new Cells<T>(rows, columns);
        if (!shown.Fits(width))
            shown = LeaveOutDetails(rows, columns);
        if (shown.Fits(width))
            WriteTable(shown);
        else
            WriteBlocks(new Cells<T>(rows, columns));
    }

    /// <summary>One thing as lines of name and value, for people; a line without a value is left out.</summary>
    public void Lines(params IReadOnlyList<(string Name, string? Value)> lines)
    {
        var nameWidth = lines.Max(l => l.Name.Length);
        foreach (var (name, value) in lines.Where(l => l.Value is not null))
            output.WriteLine($"{name.PadRight(nameWidth)}  {Plain(value!)}".TrimEnd());
    }

    /// <summary>A line for people that is no part of the JSON.</summary>
    public void Say(string line) => (IsJson ? error : output).WriteLine(Plain(line));

    /// <summary>Text that is safe on a terminal, in one line.</summary>
    public static string Plain(string text) => PlainText.Line(text);

    private Cells<T> LeaveOutDetails<T>(IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns)
    {
        var kept = new Cells<T>(rows, columns);
        while (!kept.Fits(width) && kept.Columns.LastOrDefault(c => c.Detail) is { } last)
            kept = new Cells<T>(rows, [.. kept.Columns.Where(c => c != last)]);
        if (kept.Fits(width) && kept.Columns.Count < columns.Count)
            error.WriteLine($"Left out at {width} columns: {string.Join(", ", columns.Except(kept.Columns).Select(c => c.Name))}.");
        return kept;
    }

    private void WriteTable<T>(Cells<T> cells)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in cells.Columns)
        {
            var header = new TableColumn(new Text(column.Name)) { NoWrap = true };
            table.AddColumn(column.RightAligned ? header.RightAligned() : header);
        }

        foreach (var row in cells.Texts)
            table.AddRow(row.Select(IRenderable (text) => new Text(text)));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = width;
        console.Write(table);
    }

    private void WriteBlocks<T>(Cells<T> cells)
    {
        var nameWidth = cells.Columns.Max(c => c.Name.Length);
        foreach (var row in cells.Texts)
        {
            foreach (var (column, text) in cells.Columns.Zip(row).Where(c => c.Second.Length > 0))
                output.WriteLine($"{column.Name.PadRight(nameWidth)}  {text}");
            output.WriteLine();
        }
    }
}
