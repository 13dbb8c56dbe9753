using System.Text.RegularExpressions;

namespace Settlement.Worker.Output;

/// <summary>Lines of CSV as RFC 4180 has them. Text of users is kept from being a formula in a spreadsheet.</summary>
internal static partial class Csv
{
    public const string NewLine = "\r\n";

    /// <summary>A line; null is an empty cell.</summary>
    public static string Line(params IEnumerable<string?> cells) => string.Join(',', cells.Select(Quoted)) + NewLine;

    /// <summary>
    /// A text that a person or an agent chose. A spreadsheet takes a cell that begins with = + - @ for a formula: an apostrophe goes before it. So it does behind ; and a tab, at which
    /// spreadsheets of some languages begin a new cell.
    /// </summary>
    public static string? Text(string? text) => text is null ? null : FormulaBegins().Replace(text, "$0'");

    private static string Quoted(string? cell) => cell is null ? "" : cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The place before it; also before its full-width forms, and before a tab or a line's end.</summary>
    [GeneratedRegex(@"(?:\A|[;\t])\s*(?=[=+\-@\t\r\n＝＋－＠])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FormulaBegins();
}
