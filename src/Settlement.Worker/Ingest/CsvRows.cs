using System.Text;

namespace Settlement.Worker.Ingest;

/// <summary>One row of a CSV file.</summary>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="Raw">As it is in the file, without the line ending.</param>
/// <param name="Fault">What is wrong with its quotes, for people, or null.</param>
internal sealed record CsvRow(long Line, IReadOnlyList<string> Cells, string Raw, string? Fault);

/// <summary>
/// Rows of comma-separated cells as in RFC 4180: a quoted cell may hold commas, line endings and doubled quotes. Blank lines are skipped.
/// </summary>
internal sealed class CsvRows(TextReader text, FilePlace place)
{
    /// <summary>If a quote is never closed, the rest of the file would be one cell.</summary>
    private const int MaxRowLength = 64 * 1024;

    private readonly StringBuilder _raw = new();
    private readonly StringBuilder _cell = new();
    private readonly List<string> _cells = [];
    private string? _fault;

    public IEnumerable<CsvRow> Read()
    {
        while (text.Peek() >= 0)
        {
            var line = place.Line + 1;
            _raw.Clear();
            _cells.Clear();
            _fault = null;
            while (ReadCell(line))
            {
            }

            if (_raw.Length > 0)
                yield return new CsvRow(line, [.. _cells], _raw.ToString(), _fault);
        }
    }

    /// <returns>Whether another cell of the row follows.</returns>
    private bool ReadCell(long line)
    {
        _cell.Clear();
        if (text.Peek() == '"')
            ReadQuoted(line);
        while (true)
        {
            var c = text.Read();
            if (c == '\r' && text.Peek() is ('\n' or -1))
                c = text.Read();
            if (c is -1 or '\n')
            {
                place.Line++;
                _cells.Add(_cell.ToString());
                return false;
            }

            Keep(c, line);
            if (c == ',')
            {
                _cells.Add(_cell.ToString());
                return true;
            }

            _cell.Append((char)c);
        }
    }

    private void ReadQuoted(long line)
    {
        Keep(text.Read(), line);
        while (true)
        {
            var c = text.Read();
            if (c < 0)
                throw NotClosed(line);
            Keep(c, line);
            if (c == '"')
            {
                if (text.Peek() != '"')
                    break;
                Keep(text.Read(), line);
            }

            if (c == '\n')
                place.Line++;
            _cell.Append((char)c);
        }

        if (text.Peek() is not (',' or '\r' or '\n' or -1))
            _fault = "has text after a closing quote";
    }

    private void Keep(int c, long line)
    {
        if (_raw.Length == MaxRowLength)
            throw NotClosed(line);
        _raw.Append((char)c);
    }

    private InputFileException NotClosed(long line) => new(place.File, line, "has a row that does not end: is a quote not closed?");
}
