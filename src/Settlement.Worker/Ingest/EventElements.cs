using System.Text.Json;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Ingest;

/// <summary>The elements of an array of events, in either form.</summary>
internal static class EventElements
{
    /// <summary>Reads from the reader's position to the end of the array. Events beyond those asked for are skipped, but still checked.</summary>
    public static void Read(ReadOnlySpan<byte> body, bool cloudEvents, ref Utf8JsonReader json, EventsRead events)
    {
        ReadMost(body, cloudEvents, ref json, events);
        if (!events.IsFull)
            return;
        var at = (json.BytesConsumed, json.CurrentState);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            events.Rest ??= (at.BytesConsumed, at.CurrentState, cloudEvents);
            json.Skip();
        }
    }

    /// <summary>Reads as many as are asked for and leaves the reader after the last one.</summary>
    public static void ReadMost(ReadOnlySpan<byte> body, bool cloudEvents, ref Utf8JsonReader json, EventsRead events)
    {
        var draft = new EventDraft(cloudEvents);
        while (!events.IsFull && json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            events.Add(json.TokenType != JsonTokenType.StartObject ? EventJson.NoObject(body, (int)json.TokenStartIndex, ref json)
                : cloudEvents ? CloudEventReader.ReadOne(body, draft, ref json)
                : ReadOne(body, draft, ref json));
        }
    }

    private static ReadEvent ReadOne(ReadOnlySpan<byte> body, EventDraft draft, ref Utf8JsonReader json)
    {
        var start = (int)json.TokenStartIndex;
        draft.Clear();
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var field = EventFieldNames.OfEvent(EventJson.Name(ref json));
            json.Read();
            EventJson.ReadField(field, draft, ref json);
        }

        return draft.Finish(body[start..(int)json.BytesConsumed]);
    }
}

/// <summary>The events of a body while it is being read.</summary>
/// <param name="most">No more than this are kept.</param>
internal sealed class EventsRead(int most)
{
    private readonly List<ReadEvent> events = [];

    public bool IsFull => events.Count >= most;

    /// <summary>Where the skipped events begin; null if none were skipped.</summary>
    public (long Start, JsonReaderState State, bool CloudEvents)? Rest { get; set; }

    public List<ReadEvent> Events => events;

    public void Add(ReadEvent read) => events.Add(read);

    public UsageBody Of(ReadOnlySpan<byte> body) =>
        new(events, Rest is var (start, state, cloudEvents) ? new UsageRest(body[(int)start..].ToArray(), state, cloudEvents) : null);
}
