using System.Globalization;

namespace Settlement.Replay;

/// <summary>What to publish, and where.</summary>
internal sealed record Arguments(Uri Broker, string File, int Seed, string Region, string Source, int Unreadable, int Malformed)
{
    public const string Usage =
        "usage: Settlement.Replay --broker amqp://user:password@host:port/vhost --file TRACE.csv.gz [--seed N] [--region R] [--source S] [--unreadable N] [--malformed N]";

    public static Arguments? Read(IReadOnlyList<string> args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < args.Count; i += 2)
            given[args[i]] = args[i + 1];
        if (!given.TryGetValue("--broker", out var broker) || !given.TryGetValue("--file", out var file))
            return null;
        int Number(string name, int otherwise) => given.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
        return new Arguments(
            new Uri(broker), file, Number("--seed", Environment.TickCount), given.GetValueOrDefault("--region", "cn-north-4"),
            given.GetValueOrDefault("--source", "nasa"), Number("--unreadable", 0), Number("--malformed", 0));
    }
}

/// <summary>What was sent, counted as it was generated.</summary>
internal sealed class Sent
{
    public int Seed { get; set; }

    public int Messages { get; set; }

    /// <summary>Distinct events.</summary>
    public int Events { get; set; }

    /// <summary>Events that were sent a second time.</summary>
    public int Repeats { get; set; }

    public int Unreadable { get; set; }

    public int Malformed { get; set; }
}
