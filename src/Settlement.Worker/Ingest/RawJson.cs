using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Settlement.Worker.Ingest;

/// <summary>What .NET's JSON reader can't do without exceptions, and the form in which raw JSON is kept for people to look at.</summary>
internal static class RawJson
{
    /// <summary>A bad event is kept for a person to look at; a longer one is cut.</summary>
    public const int MaxKeptLength = 4_000;

    private const int MostBytes = 3;

    /// <summary>Commands and events are a few levels deep; unknown fields may be deeper.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = 512 };

    public static string Of(ReadOnlySpan<byte> utf8)
    {
        // No character takes more bytes than this.
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, MostBytes * (MaxKeptLength + 1))]);
        return text.Length <= MaxKeptLength ? text : string.Concat(text.AsSpan(0, MaxKeptLength), "…");
    }

    /// <summary>False if the string holds a lone surrogate or bytes that are not UTF-8.</summary>
    public static bool TryGetText(ref Utf8JsonReader json, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = json.GetString();
        }
        catch (InvalidOperationException)
        {
            text = null;
        }

        return text is not null;
    }

    public static ReadOnlySpan<byte> WithoutByteOrderMark(ReadOnlySpan<byte> body) => body.StartsWith("\uFEFF"u8) ? body[3..] : body;

    public static string KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        JsonTokenType.StartArray => "an array",
        _ => "an object",
    };
}
