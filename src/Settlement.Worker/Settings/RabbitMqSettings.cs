namespace Settlement.Worker.Settings;

/// <summary>The section <c>RabbitMq</c>. Without a host, the bus is in-process and notices wait unpublished.</summary>
/// <param name="Port">0: the port usual for <paramref name="UseTls"/>, 5672 or 5671.</param>
/// <param name="MaxBodyBytes">A message with a larger body goes to the error queue unread; from <see cref="LeastMaxBodyBytes"/> to
/// <see cref="MostMaxBodyBytes"/>.</param>
public sealed record RabbitMqSettings(
    string? Host = null, int Port = 0, string VirtualHost = "/", string Username = "guest", string Password = "guest", bool UseTls = false,
    int MaxBodyBytes = RabbitMqSettings.DefaultMaxBodyBytes)
{
    public const int LeastMaxBodyBytes = 64 * 1024;

    /// <summary>About twenty thousand events; on the agents' fast path, a message has hundreds.</summary>
    public const int DefaultMaxBodyBytes = 4 * 1024 * 1024;

    /// <summary>The most that a current broker accepts, unless it is told otherwise.</summary>
    public const int MostMaxBodyBytes = 16 * 1024 * 1024;

    public bool HasHost => !string.IsNullOrWhiteSpace(Host);

    public int EffectivePort => Port != 0 ? Port : UseTls ? 5671 : 5672;
}

/// <summary>How usage is taken from its queue.</summary>
/// <param name="MessageLimit">The most messages that are stored in one transaction.</param>
/// <param name="TimeLimit">How long a transaction waits to be filled when the queue is nearly empty.</param>
/// <param name="EventLimit">The most events that are stored in one transaction, whatever messages they came in.</param>
public sealed record IntakeSettings(int MessageLimit, TimeSpan TimeLimit, int EventLimit = 50_000)
{
    /// <summary>
    /// The most bytes of events, in memory, that are stored in one transaction. Only malformed events, which are kept as text, come near it.
    /// </summary>
    public const long BytesLimit = 16 * 1024 * 1024;

    /// <summary>
    /// What the messages in hand may take in memory, read or not; a single message may take more. Together with a transaction in progress and the
    /// rest of the program, it fits into a heap of 256 MB.
    /// </summary>
    public const long BytesInHand = 48 * 1024 * 1024;

    /// <summary>
    /// How many events of a message are read before it is its turn to be stored; the rest of a larger one is read when its turn has come.
    /// </summary>
    public const int EventsAhead = 1_000;

    /// <summary>
    /// How many batches of messages are requested from the broker at a time. With only one, there would be a round trip to the broker between any two
    /// transactions; that took most of the time with small messages.
    /// </summary>
    public const int BatchesAhead = 3;

    /// <summary>On the agents' fast path, a message has hundreds of events: 100 messages are some tens of thousands of events.</summary>
    public static readonly IntakeSettings Default = new(100, TimeSpan.FromMilliseconds(50));
}
