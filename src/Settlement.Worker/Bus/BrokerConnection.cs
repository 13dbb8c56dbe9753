using System.Net.Security;
using System.Net.Sockets;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

/// <summary>A connection of our own, where MassTransit is no help: notices, the error queue, depths.</summary>
public static class BrokerConnection
{
    /// <summary>Whether an error says that the broker is away, has closed the connection or refuses: nothing that another try could not mend.</summary>
    public static bool IsLost(Exception e) => e is RabbitMQClientException or IOException or SocketException or TimeoutException;

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
        };
        if (settings.UseTls)
            factory.Ssl = new SslOption { Enabled = true, ServerName = settings.Host, AcceptablePolicyErrors = SslPolicyErrors.None };
        return factory.CreateConnectionAsync("settlement " + purpose, cancel);
    }
}
