using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Ingest;

/// <summary>
/// Events as rows under a header. A row is passed to <see cref="UsageReader"/> as an event of its own, so that the same rules judge fields wherever
/// they come from. An empty cell counts as missing.
/// </summary>
internal sealed class CsvUsage
{
    private static readonly string[] Required = ["event_id", "account_id", "api", "occurred_at", "status", "quantity"];

    /// <summary>Columns by the name of the field they hold.</summary>
    private static readonly Dictionary<string, string> Columns = new(StringComparer.Ordinal)
    {
        ["id"] = "event_id", ["account"] = "account_id", ["api"] = "api", ["time"] = "occurred_at", ["status"] = "status", ["count"] = "quantity",
        ["region"] = "region", ["source"] = "source", ["project"] = "project",
    };

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;
    private readonly int _width;
    private readonly (string Field, int Cell, string? Fill)[] _fields;

    private CsvUsage(CsvRow header, FilePlace place, UsageFill fill)
    {
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _width = header.Cells.Count;
        var names = header.Cells.Select(c => c.Trim().ToLowerInvariant()).ToList();
        if (names.Where(Columns.ContainsValue).GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InputFileException(place.File, header.Line, $"has the column {twice.Key} twice");
        var missing = Required.Except(names, StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            throw new InputFileException(
                place.File, header.Line, $"lacks the columns {string.Join(", ", missing)}; the header must name {string.Join(", ", Required)}");
        foreach (var (column, given) in new[] { ("region", fill.Region), ("source", fill.Source) })
        {
            if (given is null && !names.Contains(column, StringComparer.Ordinal))
                throw new InputFileException(place.File, header.Line, $"has no column {column}: give one with --{column}");
        }

        _fields = [.. Columns.Select(c =>
            (c.Key, names.IndexOf(c.Value), c.Key switch { "region" => fill.Region, "source" => fill.Source, _ => null }))];
    }

    public static IEnumerable<ReadEvent> Read(TextReader text, FilePlace place, UsageFill fill)
    {
        CsvUsage? usage = null;
        foreach (var row in new CsvRows(text, place).Read())
        {
            if (usage is null)
                usage = new CsvUsage(row, place, fill);
            else
                yield return usage.ReadRow(row);
        }
    }

    private ReadEvent ReadRow(CsvRow row)
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        foreach (var (field, cell, fill) in _fields)
        {
            if ((Cell(row, cell) is { Length: > 0 } given ? given : fill) is not { } text)
                continue;
            if (field is "status" or "count" && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                _json.WriteNumber(field, number);
            else
                _json.WriteString(field, text);
        }

        _json.WriteEndObject();
        _json.Flush();
        if (_buffer.WrittenCount == 2)
            return Malformed(default, "event", "is empty", row);
        var read = UsageReader.Read(_buffer.WrittenSpan, contentType: null)[0];
        if (row.Fault is { } fault)
            return Malformed(read, "event", fault, row);
        if (row.Cells.Count != _width)
            return Malformed(
                read, "event", string.Create(CultureInfo.InvariantCulture, $"has {row.Cells.Count} cells where the header has {_width}"), row);
        return read.Malformed is { } bad ? Malformed(read, Columns[bad.Field], bad.Cause, row) : read;
    }

    private static string? Cell(CsvRow row, int cell) => cell >= 0 && cell < row.Cells.Count ? row.Cells[cell] : null;

    private static ReadEvent Malformed(ReadEvent read, string field, string cause, CsvRow row)
    {
        var bytes = Encoding.UTF8.GetBytes(row.Raw);
        var (raw, hash) = (RawJson.Of(bytes), CallHash.Raw(bytes));
        return ReadEvent.Of(read switch
        {
            { Malformed: { } m } => m with { Field = field, Cause = cause, Raw = raw, RawHash = hash },
            { Call: { } c } =>
                new MalformedCall(field, cause, raw, hash, c.Source, c.Id, c.Account, c.Api, c.Region, c.TimeUs, c.Status, c.Count, c.Project),
            _ => new MalformedCall(field, cause, raw, hash, null, null, null, null, null, null, null, null, null),
        });
    }
}
