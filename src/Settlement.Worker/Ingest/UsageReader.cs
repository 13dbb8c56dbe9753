// The bodies that agents send (INTERFACE 1), read in one pass and without a tree: hundreds of thousands of events a second.
// Choices where the interface is silent: a body of any other content type is read like application/json; a JSON array of events at the
// root is a batch as well; a known field given twice, an integer written 1.0 or 1e2, and null for anything but `project` are malformed;
// an object with none of an event's fields is no known shape.
using System.Text.Json;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Ingest;

/// <summary>Bytes and content type to events.</summary>
public static class UsageReader
{
    public const string CloudEventType = "ocr.api.call";

    /// <exception cref="UnreadableBodyException">The body is no JSON of a known shape.</exception>
    public static List<ReadEvent> Read(ReadOnlySpan<byte> body, string? contentType)
    {
        body = RawJson.WithoutByteOrderMark(body);
        var json = new Utf8JsonReader(body, RawJson.Options);
        var events = new List<ReadEvent>();
        try
        {
            if (!json.Read())
                throw new UnreadableBodyException("The body is empty.");
            switch (MediaType(contentType))
            {
                case "application/cloudevents+json":
                    Expect(JsonTokenType.StartObject, ref json, "one CloudEvent");
                    CloudEventReader.Read(body, ref json, events);
                    break;
                case "application/cloudevents-batch+json":
                    Expect(JsonTokenType.StartArray, ref json, "an array of CloudEvents");
                    CloudEventReader.Read(body, ref json, events);
                    break;
                default:
                    ReadPlain(body, ref json, events);
                    break;
            }

            // The reader itself refuses anything after the root.
            json.Read();
            return events;
        }
        catch (JsonException e)
        {
            throw UnreadableBodyException.NoJson(e);
        }
    }

    private static void ReadPlain(ReadOnlySpan<byte> body, ref Utf8JsonReader json, List<ReadEvent> events)
    {
        if (json.TokenType == JsonTokenType.StartArray)
        {
            ReadElements(body, new EventDraft(cloudEvent: false), ref json, events);
            return;
        }

        Expect(JsonTokenType.StartObject, ref json, "an event, {\"events\": [event, …]} or an array of events");
        var start = (int)json.TokenStartIndex;
        var draft = new EventDraft(cloudEvent: false);
        var batch = false;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var name = EventJson.Name(ref json);
            json.Read();
            if (json.TokenType == JsonTokenType.StartArray && name.SequenceEqual("events"u8))
            {
                if (batch)
                    throw new UnreadableBodyException("The body holds \"events\" twice.");
                batch = true;
                ReadElements(body, new EventDraft(cloudEvent: false), ref json, events);
            }
            else
            {
                EventJson.ReadField(EventFieldNames.OfEvent(name), draft, ref json);
            }
        }

        if (batch)
            return;
        if (draft.IsEmpty)
            throw new UnreadableBodyException("The body is a JSON object with none of an event's fields, and without an array \"events\".");
        events.Add(draft.Finish(body[start..(int)json.BytesConsumed]));
    }

    private static void ReadElements(ReadOnlySpan<byte> body, EventDraft draft, ref Utf8JsonReader json, List<ReadEvent> events)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)json.TokenStartIndex;
            if (json.TokenType != JsonTokenType.StartObject)
            {
                events.Add(EventJson.NoObject(body, start, ref json));
                continue;
            }

            draft.Clear();
            while (json.Read() && json.TokenType != JsonTokenType.EndObject)
            {
                var field = EventFieldNames.OfEvent(EventJson.Name(ref json));
                json.Read();
                EventJson.ReadField(field, draft, ref json);
            }

            events.Add(draft.Finish(body[start..(int)json.BytesConsumed]));
        }
    }

    private static void Expect(JsonTokenType token, ref Utf8JsonReader json, string shape)
    {
        if (json.TokenType != token)
            throw new UnreadableBodyException($"The body must be {shape}, but is {RawJson.KindOf(json.TokenType)}.");
    }

    private static string MediaType(string? contentType)
    {
        var end = contentType?.IndexOf(';', StringComparison.Ordinal) ?? -1;
        return (end < 0 ? contentType : contentType![..end])?.Trim().ToLowerInvariant() ?? "";
    }
}
