using System.Text.RegularExpressions;

namespace Settlement.Worker.Output;

/// <summary>Lines of CSV as defined by RFC 4180. Text from users can't become a formula in a spreadsheet.</summary>
internal static partial class Csv
{
    public const string NewLine = "\r\n";

    /// <summary>A line; null is an empty cell.</summary>
    public static string Line(params IEnumerable<string?> cells) => string.Join(',', cells.Select(Quoted)) + NewLine;

    /// <summary>
    /// A text that a person or an agent chose. A spreadsheet takes a cell that begins with = + - @ for a formula, so an apostrophe goes before it.
    /// The same goes for the place after ; and a tab, where spreadsheets in some languages begin a new cell.
    /// </summary>
    public static string? Text(string? text) => text is null ? null : FormulaBegins().Replace(text, "$0'");

    private static string Quoted(string? cell) =>
        cell is null ? "" : cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The place where the apostrophe goes; also before the full-width forms, and before a tab or a line ending.</summary>
    [GeneratedRegex(@"(?:\A|[;\t])\s*(?=[=+\-@\t\r\n＝＋－＠])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FormulaBegins();
}
