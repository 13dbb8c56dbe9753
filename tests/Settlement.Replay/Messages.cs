namespace Settlement.Replay;

/// <summary>A body and its content type; null: none.</summary>
internal sealed record Message(byte[] Body, string? ContentType);

/// <summary>Every event once and a third of them twice, shuffled, in messages of 1, 2 to 10, 50 and 500 events and of every content type of INTERFACE 1.</summary>
internal static class Messages
{
    public static List<Message> Of(IReadOnlyList<TraceRow> rows, Arguments given, Random random, Sent sent)
    {
        var repeated = rows.ToArray();
        random.Shuffle(repeated);
        TraceRow[] deliveries = [.. rows, .. repeated.Take(rows.Count / 3)];
        random.Shuffle(deliveries);
        (sent.Events, sent.Repeats) = (rows.Count, deliveries.Length - rows.Count);
        var bodies = new Bodies(given.Region, given.Source, random);
        return [.. Cut(deliveries, random).Select(bodies.Of)];
    }

    private static IEnumerable<IReadOnlyList<TraceRow>> Cut(TraceRow[] deliveries, Random random)
    {
        var message = new List<TraceRow>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var size = Size(random);
        foreach (var row in deliveries)
        {
            // The second copy of an event goes into a different message from the first.
            if (message.Count >= size || !ids.Add(row.Id))
            {
                yield return message;
                message = [];
                ids = new HashSet<string>(StringComparer.Ordinal) { row.Id };
                size = Size(random);
            }

            message.Add(row);
        }

        if (message.Count > 0)
            yield return message;
    }

    /// <summary>Most messages are small, but most events are in large ones.</summary>
    private static int Size(Random random) => random.Next(100) switch
    {
        < 75 => 1,
        < 91 => random.Next(2, 11),
        < 98 => 50,
        _ => 500,
    };
}
