using System.Net.Sockets;
using System.Security.Authentication;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

/// <summary>A connection of our own for what MassTransit can't do for us: notices, the error queue, queue depths.</summary>
public static class BrokerConnection
{
    /// <summary>
    /// The largest message that the client can be made to accept; it closes the connection over a larger one, every time. RabbitMQ 3 accepts nothing
    /// larger either, unless its <c>max_message_size</c> is raised; RabbitMQ 4 accepts 16 MiB.
    /// </summary>
    public const uint MostBytes = 128 * 1024 * 1024;

    /// <summary>How long connecting to one of several nodes may take, and its answer as long again. Then it is the next one's turn.</summary>
    public static readonly TimeSpan NodeLimit = TimeSpan.FromSeconds(5);

    /// <summary>How long all of it may take with a node; longer than the client's own limits, which do not cover the encryption.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether an error says that the broker is away, has closed the connection or refuses us: nothing that another try could not fix. The client
    /// also reports an answer that did not come in time as a cancellation, though nobody cancelled.
    /// </summary>
    public static bool IsLost(Exception e, CancellationToken cancel) =>
        e is RabbitMQClientException or IOException or SocketException or TimeoutException or AuthenticationException
        || (e is OperationCanceledException && !cancel.IsCancellationRequested);

    /// <summary>
    /// What a person needs to know of an error, in one line: the broker's own words or the network's, without what is wrapped around them.
    /// </summary>
    public static string CauseOf(Exception e)
    {
        for (var at = e; at is not null; at = at.InnerException)
        {
            if (at is AggregateException { InnerExceptions: { Count: > 1 } several })
                return string.Join("; ", several.Select(CauseOf).Distinct(StringComparer.Ordinal));
            if (at is ClosedAtOnceException)
                return at.Message;
            if (at is OperationInterruptedException { ShutdownReason: { } reason })
                return $"the broker says {reason.ReplyText}";
            if (at is PossibleAuthenticationFailureException)
                return $"the broker refuses the login: {at.Message}";
            e = at;
        }

        return e is OperationCanceledException ? "no answer in time" : e.Message;
    }

    /// <summary>Connects to the first of the nodes that answers.</summary>
    /// <param name="purpose">Shown by the broker's tools.</param>
    /// <exception cref="BrokerUnreachableException">None can be reached, or they refuse the user.</exception>
    public static async Task<IConnection> OpenAsync(RabbitMqSettings settings, string purpose, CancellationToken cancel)
    {
        var nodes = settings.Nodes;
        if (nodes.Count == 0)
            throw new InvalidOperationException("RabbitMq:Host is not set.");
        if (nodes.Count == 1)
            return await OpenAsync(settings, nodes[0], purpose, Limit, cancel);
        var faults = new List<Exception>();
        foreach (var node in nodes)
        {
            try
            {
                return await OpenAsync(settings, node, purpose, NodeLimit * 2, cancel);
            }
            catch (Exception e) when (IsLost(e, cancel))
            {
                faults.Add(new IOException($"{node}: {CauseOf(e)}"));
            }
        }

        throw new BrokerUnreachableException(new AggregateException(faults));
    }

    /// <summary>What all connections have in common, those of the bus included: nodes, their order, encryption.</summary>
    public static void Prepare(ConnectionFactory factory, RabbitMqSettings settings)
    {
        var nodes = settings.Nodes;
        // The client would mix the nodes up.
        factory.EndpointResolverFactory = _ => new InOrder(
            [.. nodes.Select(node => new AmqpTcpEndpoint(node.Host, node.Port!.Value, BrokerTls.OptionOf(settings, node.Host), MostBytes))]);
        // Each node has its own, above. This one is the bus's, which by itself would accept every broker's certificate.
        factory.Ssl = BrokerTls.OptionOf(settings, nodes[0].Host);
        if (nodes.Count > 1)
            factory.RequestedConnectionTimeout = factory.HandshakeContinuationTimeout = NodeLimit;
    }

    private static async Task<IConnection> OpenAsync(
        RabbitMqSettings settings, BrokerNode node, string purpose, TimeSpan limit, CancellationToken cancel)
    {
        var factory = new ConnectionFactory
        {
            VirtualHost = settings.VirtualHost,
            UserName = settings.Username,
            Password = settings.Password,
            // Whoever holds a connection opens a new one when it breaks: a silent recovery would hide which confirms were lost.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            MaxInboundMessageBodySize = MostBytes,
        };
        var several = settings.Nodes.Count > 1;
        Prepare(factory, settings with { Host = node.ToString() });
        if (several)
            factory.RequestedConnectionTimeout = factory.HandshakeContinuationTimeout = NodeLimit;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(limit);
        try
        {
            return await factory.CreateConnectionAsync("settlement " + purpose, limited.Token);
        }
        catch (BrokerUnreachableException e) when (settings.UseTls && BrokerTls.IsClosedByBroker(e))
        {
            throw new BrokerUnreachableException(new ClosedAtOnceException(e));
        }
    }

    /// <summary>
    /// Only a broker that does not like this client's certificate, or misses one, ends an encrypted connection before it has said anything. Its reason
    /// comes after the client's first words; which of them is seen first is a matter of luck.
    /// </summary>
    private sealed class ClosedAtOnceException(Exception inner) : IOException(
        "the broker closed the encrypted connection at once: it misses a certificate of this client (RabbitMq:ClientCertificate) or does not accept it; "
        + "its log says which", inner);

    private sealed class InOrder(IReadOnlyList<AmqpTcpEndpoint> endpoints) : IEndpointResolver
    {
        public IEnumerable<AmqpTcpEndpoint> All() => endpoints;
    }
}
