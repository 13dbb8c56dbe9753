namespace Settlement.Worker.Settings;

/// <summary>The section <c>RabbitMq</c>. No host: an in-process bus, and notices wait unpublished.</summary>
/// <param name="Port">0: the port usual for <paramref name="UseTls"/>, 5672 or 5671.</param>
/// <param name="MaxBodyBytes">A message with a larger body goes to the error queue unread; from <see cref="LeastMaxBodyBytes"/> to <see cref="MostMaxBodyBytes"/>.</param>
public sealed record RabbitMqSettings(
    string? Host = null, int Port = 0, string VirtualHost = "/", string Username = "guest", string Password = "guest", bool UseTls = false,
    int MaxBodyBytes = RabbitMqSettings.DefaultMaxBodyBytes)
{
    public const int LeastMaxBodyBytes = 64 * 1024;

    /// <summary>Twenty thousand events or so; agents' fast path is hundreds.</summary>
    public const int DefaultMaxBodyBytes = 4 * 1024 * 1024;

    /// <summary>What a broker of our day takes at all, unless it is told otherwise.</summary>
    public const int MostMaxBodyBytes = 16 * 1024 * 1024;

    public bool HasHost => !string.IsNullOrWhiteSpace(Host);

    public int EffectivePort => Port != 0 ? Port : UseTls ? 5671 : 5672;
}

/// <summary>How usage is taken from its queue.</summary>
/// <param name="MessageLimit">At most so many messages are stored in one transaction.</param>
/// <param name="TimeLimit">How long a transaction waits to be filled when the queue is nearly empty.</param>
/// <param name="EventLimit">At most so many events are stored in one transaction, whatever messages they came in.</param>
public sealed record IntakeSettings(int MessageLimit, TimeSpan TimeLimit, int EventLimit = 50_000)
{
    /// <summary>At most so many bytes of events, in memory, are stored in one transaction. Only malformed events, which are kept as text, come near it.</summary>
    public const long BytesLimit = 16 * 1024 * 1024;

    /// <summary>
    /// What the messages in hand may take in memory, read or not; a single message may take more. With a transaction under way and the rest of the program it fits
    /// a heap of 256 MB.
    /// </summary>
    public const long BytesInHand = 48 * 1024 * 1024;

    /// <summary>So many events of a message are read before its turn to be stored, the rest of a larger one when it has come.</summary>
    public const int EventsAhead = 1_000;

    /// <summary>
    /// So many batches' messages are asked of the broker at a time. With one alone it is asked, and answers, between any two transactions: that took most of the
    /// time of small messages.
    /// </summary>
    public const int BatchesAhead = 3;

    /// <summary>Agents' fast path is hundreds of events a message: 100 messages are some tens of thousands of events.</summary>
    public static readonly IntakeSettings Default = new(100, TimeSpan.FromMilliseconds(50));
}
