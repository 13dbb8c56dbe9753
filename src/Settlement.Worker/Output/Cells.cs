using Spectre.Console.Rendering;

namespace Settlement.Worker.Output;

/// <summary>The texts of a listing, and whether they fit a width without being broken.</summary>
internal sealed class Cells<T>(IReadOnlyList<T> rows, IReadOnlyList<Column<T>> columns)
{
    /// <summary>What a simple border adds: a space either side of each cell, one between them and the outer edges.</summary>
    private const int AroundCell = 3;

    public IReadOnlyList<Column<T>> Columns { get; } = columns;

    public IReadOnlyList<string[]> Texts { get; } = [.. rows.Select(row => columns.Select(c => Listing.Plain(c.Value(row) ?? "")).ToArray())];

    public bool Fits(int width) => Columns.Select((c, i) => AroundCell + Texts.Select(t => Width(t[i])).Append(Width(c.Name)).Max()).Sum() + 1 <= width;

    private static int Width(string text) => new Segment(text).CellCount();
}
