// The bodies that agents send (INTERFACE 1), read in one pass and without a tree: hundreds of thousands of events a second.
// Choices where the interface is silent: a body of any other content type is read like application/json; a JSON array of events at the root is also a
// batch; a known field given twice, an integer written 1.0 or 1e2, and null for anything but `project` are malformed; an object with none of an
// event's fields is not a known shape.
using System.Text.Json;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Ingest;

/// <summary>Turns bytes and a content type into events.</summary>
public static class UsageReader
{
    public const string CloudEventType = "ocr.api.call";

    /// <summary>All events of a body.</summary>
    /// <exception cref="UnreadableBodyException">The body is not JSON of a known shape.</exception>
    public static List<ReadEvent> Read(ReadOnlySpan<byte> body, string? contentType) => Read(body, contentType, int.MaxValue).First;

    /// <summary>
    /// The first events of a body. The whole body is checked, so that an unreadable one is refused before any of its events is stored.
    /// </summary>
    /// <param name="most">How many at most; at least one.</param>
    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, string)"/>
    public static UsageBody Read(ReadOnlySpan<byte> body, string? contentType, int most)
    {
        body = RawJson.WithoutByteOrderMark(body);
        var json = new Utf8JsonReader(body, RawJson.Options);
        var events = new EventsRead(most);
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
            return events.Of(body);
        }
        catch (JsonException e)
        {
            throw UnreadableBodyException.NoJson(e);
        }
    }

    private static void ReadPlain(ReadOnlySpan<byte> body, ref Utf8JsonReader json, EventsRead events)
    {
        if (json.TokenType == JsonTokenType.StartArray)
        {
            EventElements.Read(body, cloudEvents: false, ref json, events);
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
                EventElements.Read(body, cloudEvents: false, ref json, events);
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
