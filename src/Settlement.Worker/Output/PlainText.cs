using System.Buffers;
using System.Globalization;
using System.Text;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Output;

/// <summary>
/// Makes text that others have written safe to show: anything that moves a terminal's cursor, colours it or changes the direction of text is shown as
/// <c>\u001b</c>. This is the only place that does so, for log lines, tables, error texts and the headers of the error queue. In JSON such characters
/// occur only within strings, so the result means the same text.
/// </summary>
public static class PlainText
{
    /// <summary>C0, DEL, C1; Arabic letter mark, direction marks, line and paragraph separators, embeddings and overrides, isolates.</summary>
    private static readonly string Unsafe = string.Concat(
        Characters('\0', '\u001F'), Characters('\u007F', '\u009F'), "\u061C", Characters('\u200E', '\u200F'), Characters('\u2028', '\u202E'),
        Characters('\u2066', '\u2069'));

    private static readonly SearchValues<char> UnsafeInLine = SearchValues.Create(Unsafe);
    private static readonly SearchValues<char> UnsafeInText = SearchValues.Create(Unsafe.Replace("\n", "", StringComparison.Ordinal)
        .Replace("\t", "", StringComparison.Ordinal));

    /// <summary>One line: line breaks and tabs are escaped too.</summary>
    public static string Line(string text) => text.AsSpan().ContainsAny(UnsafeInLine) ? Escaped(text, UnsafeInLine) : text;

    /// <summary>Text of several lines.</summary>
    public static string Text(string text) => IsPlain(text) ? text : Escaped(text, UnsafeInText);

    /// <summary>Whether it is safe as text of several lines.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text) => !text.ContainsAny(UnsafeInText);

    private static string Escaped(string text, SearchValues<char> escape)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (escape.Contains(c))
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }

    private static string Characters(char first, char last) => string.Concat(Enumerable.Range(first, last - first + 1).Select(c => (char)c));
}

/// <summary>
/// A writer for a verb's results or errors, whose texts may hold anything; what is written is <see cref="PlainText"/>. A carriage return at the start
/// of a text belongs to a progress bar.
/// </summary>
internal sealed class PlainWriter(TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
{
    /// <summary>For errors: what must not be shown, once the settings are known.</summary>
    public Secrets? Secrets { get; set; }

    public override Encoding Encoding => inner.Encoding;

    [System.Diagnostics.CodeAnalysis.AllowNull]
    public override string NewLine
    {
        get => inner.NewLine;
        set => inner.NewLine = value;
    }

    public override void Write(char value) => inner.Write(PlainText.Text(value.ToString()));

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (Secrets is null && PlainText.IsPlain(buffer))
            inner.Write(buffer);
        else
            Write(buffer.ToString());
    }

    public override void Write(string? value)
    {
        if (value?.StartsWith('\r') == true)
        {
            inner.Write('\r');
            value = value[1..];
        }

        // The line ending of CSV.
        if (value?.EndsWith("\r\n", StringComparison.Ordinal) == true)
        {
            inner.Write(Shown(value[..^2]));
            inner.Write("\r\n");
        }
        else
        {
            inner.Write(value is null ? null : Shown(value));
        }
    }

    public override void WriteLine() => inner.WriteLine();

    public override void WriteLine(string? value) => inner.WriteLine(value is null ? null : Shown(value));

    public override void Flush() => inner.Flush();

    private string Shown(string text) => PlainText.Text(Secrets?.Hide(text) ?? text);
}
