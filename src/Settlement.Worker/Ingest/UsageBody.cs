using System.Text.Json;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Ingest;

/// <summary>A body that has been checked as a whole, and the events read from it so far.</summary>
/// <param name="Rest">The events of a large body that are not read yet; null if there are none.</param>
public sealed record UsageBody(List<ReadEvent> First, UsageRest? Rest);

/// <summary>
/// The events of a large body that are read only when they are stored, one part at a time: an event takes much more memory than its text (two bytes
/// of a body can be an event, though a malformed one).
/// </summary>
public sealed class UsageRest
{
    private readonly byte[] body;
    private readonly JsonReaderState start;
    private readonly bool cloudEvents;

    /// <param name="body">From after the last event that was read; known to be readable.</param>
    internal UsageRest(byte[] body, JsonReaderState start, bool cloudEvents) =>
        (this.body, this.start, this.cloudEvents) = (body, start, cloudEvents);

    public long Bytes => body.Length;

    /// <summary>In order, each time from the first on.</summary>
    /// <param name="most">Events in a part.</param>
    public IEnumerable<List<ReadEvent>> Parts(int most)
    {
        var (at, state) = (0, start);
        for (var isLast = false; !isLast;)
        {
            (var part, at, state) = Read(at, state, most);
            // A smaller part means that the end of the array was read; what follows it is not ours.
            isLast = part.Count < most;
            if (part.Count > 0)
                yield return part;
        }
    }

    private (List<ReadEvent> Part, int At, JsonReaderState State) Read(int at, JsonReaderState state, int most)
    {
        var left = body.AsSpan(at);
        var json = new Utf8JsonReader(left, isFinalBlock: true, state);
        var events = new EventsRead(most);
        EventElements.ReadMost(left, cloudEvents, ref json, events);
        return (events.Events, at + (int)json.BytesConsumed, json.CurrentState);
    }
}
