using Settlement.Domain.Usage;
using Settlement.Worker.Ingest;

namespace Settlement.Worker.Bus;

/// <summary>Stores events in one transaction; the messages that brought them are acknowledged after it has returned.</summary>
public delegate void StoreUsage(IReadOnlyList<ReadEvent> events);

/// <summary>Stores the JSON of commands in one transaction; the message is acknowledged after it has returned.</summary>
public delegate void StoreCommands(IReadOnlyList<string> commands);

/// <summary>A message from <c>usage-events</c> that has been read; of a large one, only the beginning.</summary>
/// <param name="Bytes">Roughly what it takes in memory besides its body.</param>
public sealed record UsageMessage(UsageBody Body, long Bytes)
{
    private const int PartSize = 10_000;

    /// <summary>An event and its id, without the texts that it shares with others.</summary>
    private const int BytesOfEvent = 300;

    public static UsageMessage Of(UsageBody body) => new(body, BytesOf(body.First) + (body.Rest?.Bytes ?? 0));

    /// <summary>Roughly what events take in memory; malformed ones are kept as text.</summary>
    public static long BytesOf(List<ReadEvent> events)
    {
        var bytes = (long)BytesOfEvent * events.Count;
        foreach (var read in events)
            bytes += read.Malformed is { } malformed ? malformed.Raw.Length * sizeof(char) : 0;
        return bytes;
    }

    /// <summary>All its events in order, each time from the first on; those of a large message are read on the way.</summary>
    public IEnumerable<List<ReadEvent>> Parts() => Body.Rest is { } rest ? rest.Parts(PartSize).Prepend(Body.First) : [Body.First];
}

/// <summary>A message from <c>billing-commands</c>, split into the JSON of its commands.</summary>
public sealed record CommandMessage(IReadOnlyList<string> Commands);

/// <summary>A body to send as it is: the way into the in-process bus.</summary>
public sealed record RawBody(byte[] Body, string? ContentType);
