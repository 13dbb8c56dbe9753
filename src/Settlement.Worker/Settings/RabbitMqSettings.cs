namespace Settlement.Worker.Settings;

/// <summary>The section <c>RabbitMq</c>. No host: an in-process bus, and notices wait unpublished.</summary>
/// <param name="Port">0: the port usual for <paramref name="UseTls"/>, 5672 or 5671.</param>
public sealed record RabbitMqSettings(
    string? Host = null, int Port = 0, string VirtualHost = "/", string Username = "guest", string Password = "guest", bool UseTls = false)
{
    public bool HasHost => !string.IsNullOrWhiteSpace(Host);

    public int EffectivePort => Port != 0 ? Port : UseTls ? 5671 : 5672;
}

/// <summary>How usage is taken from its queue.</summary>
/// <param name="MessageLimit">At most so many messages are stored in one transaction.</param>
/// <param name="TimeLimit">How long a transaction waits to be filled when the queue is nearly empty.</param>
public sealed record IntakeSettings(int MessageLimit, TimeSpan TimeLimit)
{
    /// <summary>
    /// So many batches' messages are asked of the broker at a time. With one alone it is asked, and answers, between any two transactions: that took most of the
    /// time of small messages.
    /// </summary>
    public const int BatchesAhead = 3;

    /// <summary>Agents' fast path is hundreds of events a message: 100 messages are some tens of thousands of events.</summary>
    public static readonly IntakeSettings Default = new(100, TimeSpan.FromMilliseconds(50));
}
