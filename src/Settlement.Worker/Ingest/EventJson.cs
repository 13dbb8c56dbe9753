using System.Text;
using System.Text.Json;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Ingest;

/// <summary>Steps that both forms of an event have in common.</summary>
internal static class EventJson
{
    public static void ReadField(EventField field, EventDraft draft, ref Utf8JsonReader json)
    {
        if (field == EventField.Unknown)
            json.Skip();
        else
            draft.Read(field, ref json);
    }

    public static ReadEvent NoObject(ReadOnlySpan<byte> body, int start, ref Utf8JsonReader json)
    {
        json.Skip();
        var raw = body[start..(int)json.BytesConsumed];
        return ReadEvent.Of(new MalformedCall(
            "event", "must be a JSON object", RawJson.Of(raw), CallHash.Raw(raw), null, null, null, null, null, null, null, null, null));
    }

    public static ReadOnlySpan<byte> Name(ref Utf8JsonReader json)
    {
        if (!json.ValueIsEscaped)
            return json.ValueSpan;
        return RawJson.TryGetText(ref json, out var name) ? Encoding.UTF8.GetBytes(name) : default;
    }
}
