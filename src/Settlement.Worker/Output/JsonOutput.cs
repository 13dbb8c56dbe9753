using System.Text.Encodings.Web;
using System.Text.Json;

namespace Settlement.Worker.Output;

/// <summary>How all our JSON is written: camel case, nulls written, text as people read it (INTERFACE 5).</summary>
public static class JsonOutput
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>The serializer escapes control characters, but not those that change the direction of text.</summary>
    public static string Write<T>(T value) => PlainText.Text(JsonSerializer.Serialize(value, Options));
}
