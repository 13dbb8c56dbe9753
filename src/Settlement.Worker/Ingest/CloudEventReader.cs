using System.Text.Json;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Ingest;

/// <summary>Events as CloudEvents 1.0: id, source and time are attributes, the account is the subject, the rest is data.</summary>
internal static class CloudEventReader
{
    /// <param name="json">At the start of one CloudEvent or of an array of them.</param>
    public static void Read(ReadOnlySpan<byte> body, ref Utf8JsonReader json, EventsRead events)
    {
        if (json.TokenType == JsonTokenType.StartObject)
            events.Add(ReadOne(body, new EventDraft(cloudEvent: true), ref json));
        else
            EventElements.Read(body, cloudEvents: true, ref json, events);
    }

    public static ReadEvent ReadOne(ReadOnlySpan<byte> body, EventDraft draft, ref Utf8JsonReader json)
    {
        var start = (int)json.TokenStartIndex;
        draft.Clear();
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var field = EventFieldNames.OfAttribute(EventJson.Name(ref json));
            json.Read();
            if (field == EventField.Data)
                ReadData(draft, ref json);
            else
                EventJson.ReadField(field, draft, ref json);
        }

        return draft.Finish(body[start..(int)json.BytesConsumed]);
    }

    private static void ReadData(EventDraft draft, ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            draft.Bad(EventField.Data, "must be a JSON object");
            json.Skip();
            return;
        }

        draft.HasData();
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var field = EventFieldNames.OfData(EventJson.Name(ref json));
            json.Read();
            EventJson.ReadField(field, draft, ref json);
        }
    }
}
