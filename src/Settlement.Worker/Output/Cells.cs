using Spectre.Console.Rendering;

namespace Settlement.Worker.Output;

/// <summary>
/// The texts of a listing's rows, made one by one and kept elsewhere, and how wide each column must be so that none of them is broken.
/// </summary>
internal sealed class Cells<T>(IReadOnlyList<Column<T>> columns)
{
    /// <summary>A space on either side of a cell, and one between two cells.</summary>
    private const int AroundCell = 3;
    private const char Line = '─';

    private readonly int[] widths = [.. columns.Select(c => Width(c.Name))];

    /// <summary>A row's texts, safe on a terminal; each counts towards the width of its column.</summary>
    public string[] TextsOf(T row)
    {
        var texts = new string[columns.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = Listing.Plain(columns[i].Value(row) ?? "");
            widths[i] = Math.Max(widths[i], Width(texts[i]));
        }

        return texts;
    }

    /// <summary>
    /// The columns that are shown at a given width, by index: all, or those that remain when detail columns are left out, the last first. Null if
    /// even those do not fit.
    /// </summary>
    public IReadOnlyList<int>? Shown(int width)
    {
        var shown = Enumerable.Range(0, columns.Count).ToList();
        while (TotalOf(shown) > width && shown.FindLastIndex(i => columns[i].Detail) is var last and >= 0)
            shown.RemoveAt(last);
        return TotalOf(shown) <= width ? shown : null;
    }

    public void WriteTable(TextWriter output, IReadOnlyList<int> shown, IEnumerable<string[]> rows)
    {
        var total = TotalOf(shown);
        output.WriteLine(new string(' ', total));
        WriteLine(output, shown, [.. columns.Select(c => Listing.Plain(c.Name))]);
        output.WriteLine(new string(Line, total));
        foreach (var row in rows)
            WriteLine(output, shown, row);
        output.WriteLine(new string(' ', total));
    }

    public void WriteBlocks(TextWriter output, IEnumerable<string[]> rows)
    {
        var nameWidth = columns.Max(c => c.Name.Length);
        foreach (var row in rows)
        {
            foreach (var (column, text) in columns.Zip(row).Where(c => c.Second.Length > 0))
                output.WriteLine($"{column.Name.PadRight(nameWidth)}  {text}");
            output.WriteLine();
        }
    }

    private static int Width(string text) => new Segment(text).CellCount();

    private int TotalOf(IReadOnlyList<int> shown) => shown.Sum(i => widths[i] + AroundCell) + 1;

    private void WriteLine(TextWriter output, IReadOnlyList<int> shown, string[] texts) =>
        output.WriteLine($" {string.Join(' ', shown.Select(i => $" {Pad(i, texts[i])} "))} ");

    private string Pad(int column, string text)
    {
        var spaces = new string(' ', widths[column] - Width(text));
        return columns[column].RightAligned ? spaces + text : text + spaces;
    }
}
