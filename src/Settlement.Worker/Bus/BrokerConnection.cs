using System.Net.Security;
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
        for (var at = e; at is not null; at = (at as AggregateException)?.InnerExceptions[0] ?? at.InnerException)
        {
            if (at is OperationInterruptedException { ShutdownReason: { } reason })
                return $"the broker says {reason.ReplyText}";
            if (at is PossibleAuthenticationFailureException)
                return $"the broker refuses the login: {at.Message}";
            e = at;
        }

        return e is OperationCanceledException ? "no answer in time" : e.Message;
    }

    /// <param name="purpose">Shown by the broker's tools.</param>
    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">The broker can't be reached or refuses the user.</exception>
    public static Task<IConnection> OpenAsync(RabbitMqSettings settings, string purpose, CancellationToken cancel)
    {
        var factory = new ConnectionFactory
        {
            HostName = settings.Host ?? throw new InvalidOperationException("RabbitMq:Host is not set."),
            Port = settings.EffectivePort,
            VirtualHost = settings.VirtualHost,
            UserName = settings.Username,
            Password = settings.Password,
            // Whoever holds a connection opens a new one when it breaks: a silent recovery would hide which confirms were lost.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            MaxInboundMessageBodySize = MostBytes,
        };
        if (settings.UseTls)
            factory.Ssl = new SslOption { Enabled = true, ServerName = settings.Host, AcceptablePolicyErrors = SslPolicyErrors.None };
        return factory.CreateConnectionAsync("settlement " + purpose, cancel);
    }
}
