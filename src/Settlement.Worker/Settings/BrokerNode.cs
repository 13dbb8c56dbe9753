using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Settlement.Worker.Settings;

/// <summary>One of the hosts that <c>RabbitMq:Host</c> names.</summary>
/// <param name="Port">Null: <c>RabbitMq:Port</c>.</param>
public sealed record BrokerNode(string Host, int? Port)
{
    private const int LastPort = 65_535;

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>::1</c>, <c>[::1]:port</c>, or several of these with commas between them.</summary>
    /// <returns>Null if any of them is something else.</returns>
    public static IReadOnlyList<BrokerNode>? ReadAll(string text)
    {
        var nodes = new List<BrokerNode>();
        foreach (var (i, part) in text.Split(',').Index())
        {
            if (!TryRead(i == 0 ? part : part.TrimStart(' '), out var node))
                return null;
            nodes.Add(node);
        }

        return nodes;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}{(Port is { } port ? $":{port}" : "")}");

    private static bool TryRead(string text, [NotNullWhen(true)] out BrokerNode? node)
    {
        node = null;
        if (Uri.CheckHostName(text) != UriHostNameType.Unknown)
        {
            node = new BrokerNode(Bare(text), null);
            return true;
        }

        var colon = text.LastIndexOf(':');
        if (colon < 1 || Uri.CheckHostName(text[..colon]) is UriHostNameType.Unknown
            || (text[0] != '[' && text[..colon].Contains(':', StringComparison.Ordinal))
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > LastPort)
        {
            return false;
        }

        node = new BrokerNode(Bare(text[..colon]), port);
        return true;
    }

    private static string Bare(string host) => host.Trim('[', ']');
}
