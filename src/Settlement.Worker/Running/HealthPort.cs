using System.Net;
using System.Net.Sockets;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Running;

/// <summary>
/// Whether health can answer where it should. A port that another program uses is a fault of the settings, and is reported before a database is
/// created.
/// </summary>
internal static class HealthPort
{
    public const string Key = "Http:Port";

    /// <returns>Why nothing can listen on <c>Http:Port</c> now; null if it is free, or if the worker does not listen at all.</returns>
    public static string? Fault(HttpSettings http)
    {
        if (http.Port == 0)
            return null;
        try
        {
            Listen(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, http.Port);
            return null;
        }
        catch (SocketException e)
        {
            return $"{Key}: can't listen on port {http.Port}: {e.Message}. Give the worker another (--set {Key}=8081), or none (0)";
        }
    }

    private static void Listen(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = true;
        socket.Bind(new IPEndPoint(address, port));
        socket.Listen();
    }
}
