using Settlement.Domain.Usage;

namespace Settlement.Worker.Bus;

/// <summary>Stores events in one transaction; the messages that brought them are acknowledged after it has returned.</summary>
public delegate void StoreUsage(IReadOnlyList<ReadEvent> events);

/// <summary>Stores the JSON of commands in one transaction; the message is acknowledged after it has returned.</summary>
public delegate void StoreCommands(IReadOnlyList<string> commands);

/// <summary>A message from <c>usage-events</c>, read.</summary>
public sealed record UsageMessage(IReadOnlyList<ReadEvent> Events);

/// <summary>A message from <c>billing-commands</c>, taken apart into the JSON of its commands.</summary>
public sealed record CommandMessage(IReadOnlyList<string> Commands);

/// <summary>A body to send as it is: the way into the in-process bus.</summary>
public sealed record RawBody(byte[] Body, string? ContentType);
