using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Settlement.Storage.Notices;

/// <summary>
/// The data of notices as JSON, written field by field. The serializer asks each value for its type, which took more time than storing the notice.
/// </summary>
internal sealed class NoticeJson
{
    private static readonly JsonSerializerOptions Nested = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly Utf8JsonWriter writer;

    public NoticeJson() => writer = new Utf8JsonWriter(bytes, Options);

    public string Write(IReadOnlyDictionary<string, object?> data)
    {
        bytes.ResetWrittenCount();
        writer.Reset();
        writer.WriteStartObject();
        foreach (var (key, value) in data)
        {
            writer.WritePropertyName(key);
            Write(value);
        }

        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private void Write(object? value)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            default:
                JsonSerializer.Serialize(writer, value, Nested);
                break;
        }
    }
}
