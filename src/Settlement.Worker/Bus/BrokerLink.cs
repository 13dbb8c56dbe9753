namespace Settlement.Worker.Bus;

/// <summary>Whether messages can be taken in from the broker right now and, if not, since when and why. Thread-safe.</summary>
public sealed class BrokerLink
{
    private readonly Lock gate = new();
    private readonly HashSet<string> missing;
    private readonly TimeProvider time;
    private DateTimeOffset? lostSince;
    private string? cause;
    private string? noticesCause;
    private long tries;
    private volatile bool hasBeenUp;

    private BrokerLink(IEnumerable<string> queues, TimeProvider time)
    {
        missing = new HashSet<string>(queues, StringComparer.Ordinal);
        this.time = time;
        lostSince = missing.Count > 0 ? time.GetUtcNow() : null;
        hasBeenUp = missing.Count == 0;
    }

    /// <summary>Each of the two queues has a consumer.</summary>
    public bool TakesIn
    {
        get
        {
            lock (gate)
                return missing.Count == 0;
        }
    }

    /// <summary>Messages have been taken in at least once. Always true without a broker.</summary>
    public bool HasBeenUp => hasBeenUp;

    /// <summary>Null while messages are taken in.</summary>
    public LinkFault? Fault
    {
        get
        {
            lock (gate)
                return lostSince is { } since ? new LinkFault(since, cause ?? "not connected yet", tries) : null;
        }
    }

    /// <summary>Why the notices exchange can't be used; intake does not depend on it. Null while it can be used.</summary>
    public string? NoticesCause
    {
        get
        {
            lock (gate)
                return noticesCause;
        }
    }

    /// <summary>For a worker with a broker: nothing is taken in until both queues are <see cref="Up"/>.</summary>
    public static BrokerLink OfInputs(TimeProvider time) => new(BrokerTopology.Inputs, time);

    /// <summary>For a worker without a broker: there is no link that could be lost.</summary>
    public static BrokerLink None() => new([], TimeProvider.System);

    internal void Up(string queue)
    {
        lock (gate)
        {
            missing.Remove(queue);
            if (missing.Count > 0)
                return;
            (lostSince, cause, tries) = (null, null, 0);
            hasBeenUp = true;
        }
    }

    internal void Down(string queue, string? why)
    {
        lock (gate)
        {
            missing.Add(queue);
            lostSince ??= time.GetUtcNow();
            cause = why ?? cause ?? "the connection is gone";
        }
    }

    /// <summary>Another try has failed.</summary>
    internal void Failed(string why)
    {
        lock (gate)
        {
            missing.UnionWith(BrokerTopology.Inputs);
            lostSince ??= time.GetUtcNow();
            (cause, tries) = (why, tries + 1);
        }
    }

    internal void Notices(string? why)
    {
        lock (gate)
            noticesCause = why;
    }
}

/// <param name="Tries">Attempts to connect since then.</param>
public sealed record LinkFault(DateTimeOffset Since, string Cause, long Tries);
