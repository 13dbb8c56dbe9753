using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Settlement.Replay;

/// <summary>Events as bodies of INTERFACE 1. The formatting varies from event to event; the content stays the same.</summary>
internal sealed class Bodies(string region, string source, Random random)
{
    private static readonly string?[] PlainTypes = ["application/json", null, "application/json; charset=utf-8"];

    public Message Of(IReadOnlyList<TraceRow> rows)
    {
        var form = random.Next(rows.Count == 1 ? 5 : 3);
        return form switch
        {
            0 => new Message(Write(json => WriteWrapped(json, rows)), AnyPlain()),
            1 => new Message(Write(json => WriteArray(json, rows, WritePlain)), AnyPlain()),
            2 => new Message(Write(json => WriteArray(json, rows, WriteCloudEvent)), "application/cloudevents-batch+json"),
            3 => new Message(Write(json => WritePlain(json, rows[0])), AnyPlain()),
            _ => new Message(Write(json => WriteCloudEvent(json, rows[0])), "application/cloudevents+json"),
        };
    }

    private string? AnyPlain() => PlainTypes[random.Next(PlainTypes.Length)];

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }

    private void WriteWrapped(Utf8JsonWriter json, IReadOnlyList<TraceRow> rows)
    {
        json.WriteStartObject();
        json.WritePropertyName("events");
        WriteArray(json, rows, WritePlain);
        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, IReadOnlyList<TraceRow> rows, Action<Utf8JsonWriter, TraceRow> write)
    {
        json.WriteStartArray();
        foreach (var row in rows)
            write(json, row);
        json.WriteEndArray();
    }

    private void WritePlain(Utf8JsonWriter json, TraceRow row)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("source", source);
        json.WriteString("account", row.Account);
        json.WriteString("time", Show(row.Time));
        WriteRest(json, row);
        json.WriteEndObject();
    }

    private void WriteCloudEvent(Utf8JsonWriter json, TraceRow row)
    {
        json.WriteStartObject();
        json.WriteString("specversion", "1.0");
        json.WriteString("type", "ocr.api.call");
        json.WriteString("id", row.Id);
        json.WriteString("source", source);
        json.WriteString("subject", row.Account);
        json.WriteString("time", Show(row.Time));
        json.WriteStartObject("data");
        WriteRest(json, row);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteRest(Utf8JsonWriter json, TraceRow row)
    {
        json.WriteString("api", row.Api);
        json.WriteString("region", region);
        json.WriteNumber("status", row.Status);
        if (row.Count != 1 || random.Next(2) == 0)
            json.WriteNumber("count", row.Count);
        if (random.Next(4) == 0)
            json.WriteNull("project");
    }

    private string Show(DateTimeOffset time) => random.Next(3) switch
    {
        0 => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        1 => time.ToOffset(TimeSpan.FromHours(-4)).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
        _ => time.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture),
    };
}
