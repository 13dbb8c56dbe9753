using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Ingest;

/// <summary>
/// One event per line, each in any form that the body of a message may have (INTERFACE 1); a line with <c>specversion</c> is a CloudEvent.
/// </summary>
internal static class NdjsonUsage
{
    private const string CloudEvent = "application/cloudevents+json";

    public static IEnumerable<ReadEvent> Read(TextReader text, FilePlace place, UsageFill fill)
    {
        var first = true;
        while (text.ReadLine() is { } line)
        {
            place.Line++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            foreach (var read in ReadLine(Encoding.UTF8.GetBytes(line), place, fill, first))
                yield return read;
            first = false;
        }
    }

    /// <summary>A first line that is not an event means that the file is something else; a later one is a bad event among good ones.</summary>
    private static List<ReadEvent> ReadLine(byte[] line, FilePlace place, UsageFill fill, bool first)
    {
        try
        {
            var contentType = IsCloudEvent(line) ? CloudEvent : null;
            var events = UsageReader.Read(line, contentType);
            return events.Exists(e => e.Malformed is not null) && Filled(line, contentType is not null, fill) is { } filled
                ? [.. UsageReader.Read(filled, contentType).Zip(events, AsItCame)] : events;
        }
        catch (UnreadableBodyException e) when (first)
        {
            throw new InputFileException(place.File, place.Line, $"is not an event: {e.Message}", e);
        }
        catch (UnreadableBodyException e)
        {
            return [ReadEvent.Of(
                new MalformedCall("event", e.Message, RawJson.Of(line), CallHash.Raw(line), null, null, null, null, null, null, null, null, null))];
        }
    }

    /// <summary>
    /// An event that is bad even when filled is kept and identified as it is in the file; if a line holds several, each by its own text.
    /// </summary>
    private static ReadEvent AsItCame(ReadEvent filled, ReadEvent given) => filled.Malformed is { } bad && given.Malformed is { } came
        ? ReadEvent.Of(bad with { Raw = came.Raw, RawHash = came.RawHash }) : filled;

    private static bool IsCloudEvent(byte[] line)
    {
        if (line.AsSpan().IndexOf("\"specversion\""u8) < 0)
            return false;
        try
        {
            using var json = JsonDocument.Parse(line, Deep);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("specversion", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// The line with what it lacks filled in; null if it lacks nothing that can be filled in. Only tried once a line has turned out to be bad.
    /// </summary>
    private static byte[]? Filled(byte[] line, bool cloudEvent, UsageFill fill)
    {
        if (fill == UsageFill.Nothing)
            return null;
        try
        {
            var root = JsonNode.Parse(line, documentOptions: Deep);
            var changed = root switch
            {
                JsonObject one when one["events"] is JsonArray events => Fill(events, cloudEvent, fill),
                JsonObject one => Fill(one, cloudEvent, fill),
                JsonArray events => Fill(events, cloudEvent, fill),
                _ => false,
            };
            return changed ? Encoding.UTF8.GetBytes(root!.ToJsonString()) : null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // A field given twice, or a name that is not text: no tree can hold it, and the line stays bad.
            return null;
        }
    }

    private static JsonDocumentOptions Deep => new() { MaxDepth = RawJson.Options.MaxDepth };

    private static bool Fill(JsonArray events, bool cloudEvent, UsageFill fill) =>
        events.OfType<JsonObject>().Count(e => Fill(e, cloudEvent, fill)) > 0;

    private static bool Fill(JsonObject one, bool cloudEvent, UsageFill fill) =>
        Set(one, "source", fill.Source) | ((cloudEvent ? one["data"] as JsonObject : one) is { } data && Set(data, "region", fill.Region));

    private static bool Set(JsonObject one, string field, string? value)
    {
        if (value is null || one[field] is not null)
            return false;
        one[field] = value;
        return true;
    }
}
