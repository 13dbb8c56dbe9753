namespace Settlement.Worker.Settings;

/// <summary>The section <c>RabbitMq</c>. Without a host, the bus is in-process and notices wait unpublished.</summary>
/// <param name="Host">As <see cref="BrokerNode.ReadAll"/> reads it.</param>
/// <param name="Port">0: the port usual for <paramref name="UseTls"/>, 5672 or 5671.</param>
/// <param name="MaxBodyBytes">A message with a larger body goes to the error queue unread; from <see cref="LeastMaxBodyBytes"/> to
/// <see cref="MostMaxBodyBytes"/>.</param>
/// <param name="Ca">Certificates in PEM that are trusted instead of the system's; null: the system's.</param>
/// <param name="ClientCertificate">In PEM, shown to the broker; intermediate ones may follow it.</param>
/// <param name="ClientKey">Its private key in PEM, encrypted with <paramref name="ClientKeyPassword"/> or not.</param>
public sealed record RabbitMqSettings(
    string? Host = null, int Port = 0, string VirtualHost = "/", string Username = "guest", string Password = RabbitMqSettings.DefaultPassword,
    bool UseTls = false, int MaxBodyBytes = RabbitMqSettings.DefaultMaxBodyBytes, string? Ca = null, string? ClientCertificate = null,
    string? ClientKey = null, string? ClientKeyPassword = null)
{
    /// <summary>That of RabbitMQ's own user, which may connect from the same machine only. It is no secret.</summary>
    public const string DefaultPassword = "guest";

    public const int LeastMaxBodyBytes = 64 * 1024;

    /// <summary>About twenty thousand events; on the agents' fast path, a message has hundreds.</summary>
    public const int DefaultMaxBodyBytes = 4 * 1024 * 1024;

    /// <summary>The most that a current broker accepts, unless it is told otherwise.</summary>
    public const int MostMaxBodyBytes = 16 * 1024 * 1024;

    public bool HasHost => !string.IsNullOrWhiteSpace(Host);

    public int EffectivePort => Port != 0 ? Port : UseTls ? 5671 : 5672;

    /// <summary>The hosts in the order in which they are tried, each with its port; empty without a host.</summary>
    public IReadOnlyList<BrokerNode> Nodes =>
        !HasHost ? []
        : BrokerNode.ReadAll(Host!) is { } nodes ? [.. nodes.Select(n => n with { Port = n.Port ?? EffectivePort })]
        : throw new FormatException("RabbitMq:Host is no list of hosts.");

    /// <summary>For people: the hosts with their ports.</summary>
    public string Address => string.Join(", ", Nodes);

    /// <summary>The same settings with this node first.</summary>
    internal RabbitMqSettings Beginning(BrokerNode first) => this with { Host = string.Join(',', Nodes.Where(n => n != first).Prepend(first)) };

    /// <summary>Without the secrets: a record shows all of its values otherwise.</summary>
    public override string ToString() => $"RabbitMQ at {Address}";
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
