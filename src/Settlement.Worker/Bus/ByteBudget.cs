using System.Numerics;

namespace Settlement.Worker.Bus;

/// <summary>
/// What the consumer does next: give <paramref name="Back"/> back to the broker, in this order, and then request <paramref name="AtATime"/> messages.
/// </summary>
internal sealed record Portion(IReadOnlyList<ulong> Back, int AtATime);

/// <summary>
/// How many messages to request from the broker at a time; the broker counts messages, not bytes. It starts with one and requests four times as many
/// while they are small. A message that would take more memory than may be in hand is left with the broker, and so are those behind it, to keep their
/// order. They are given back once what is in hand is stored, and from then on fewer are requested. Thread-safe.
/// </summary>
/// <param name="most">Bytes of memory that the messages in hand may take. A single one may take more.</param>
/// <param name="mostMessages">The most messages that are ever requested.</param>
internal sealed class ByteBudget(long most, int mostMessages)
{
    private const int Growth = 4;

    private readonly Lock gate = new();
    private readonly Dictionary<ulong, long> held = [];
    private readonly SortedSet<ulong> left = [];
    private TaskCompletionSource emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int atATime = 1;
    private long bytes;
    private long largest;
    private int seen;
    private bool changing;

    /// <summary>The number to start with; later ones come from <see cref="Next"/>.</summary>
    public int AtATime
    {
        get
        {
            lock (gate)
                return atATime;
        }
    }

    /// <summary>What a body is estimated to take before it is read: the client's buffer, whose size is a power of two, and its events.</summary>
    public static long EstimateOf(int body) => BufferOf(body) + body + (body / 2);

    public static long BufferOf(int body) => BitOperations.RoundUpToPowerOf2((uint)body);

    /// <summary>A message has been delivered.</summary>
    /// <param name="change">Whether a change has become due: the caller then asks for <see cref="Next"/>. No other becomes due before
    /// <see cref="EndChange"/>.</param>
    /// <returns>False if it is left with the broker.</returns>
    public bool Take(ulong delivery, int body, out bool change)
    {
        lock (gate)
        {
            var cost = EstimateOf(body);
            largest = Math.Max(largest, cost);
            var taken = left.Count == 0 && (held.Count == 0 || bytes + cost <= most);
            if (taken)
            {
                held.Add(delivery, cost);
                bytes += cost;
                seen++;
            }
            else
            {
                left.Add(delivery);
            }

            change = !changing && (!taken || MayGrow);
            changing |= change;
            return taken;
        }
    }

    /// <summary>A message has been read, and this is what it takes.</summary>
    public void Settle(ulong delivery, long cost)
    {
        lock (gate)
        {
            if (!held.TryGetValue(delivery, out var estimate))
                return;
            held[delivery] = cost;
            bytes += cost - estimate;
            largest = Math.Max(largest, cost);
        }
    }

    /// <summary>A message has been stored or given back.</summary>
    public void Done(ulong delivery)
    {
        lock (gate)
        {
            if (held.Remove(delivery, out var cost))
                bytes -= cost;
            if (held.Count == 0)
                emptied.TrySetResult();
        }
    }

    /// <summary>Completes when nothing is in hand, or at once if nothing is left with the broker.</summary>
    public Task EmptyAsync(CancellationToken cancel)
    {
        lock (gate)
        {
            if (held.Count == 0 || left.Count == 0)
                return Task.CompletedTask;
            emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return emptied.Task.WaitAsync(cancel);
        }
    }

    public Portion Next()
    {
        lock (gate)
        {
            atATime = left.Count > 0 ? (int)Math.Clamp(most * 3 / 4 / Math.Max(1, largest), 1, atATime) : Math.Max(atATime, Larger);
            (seen, largest) = (0, 0);
            var back = left.ToList();
            left.Clear();
            return new Portion(back, atATime);
        }
    }

    /// <returns>True if another change has become due in the meantime.</returns>
    public bool EndChange()
    {
        lock (gate)
            return changing = left.Count > 0;
    }

    /// <summary>As many as fit, assuming that the next ones are like those seen last.</summary>
    private int Larger => (int)Math.Min(Math.Min(atATime * Growth, mostMessages), most / Math.Max(1, largest));

    /// <summary>Each change costs a round trip to the broker.</summary>
    private bool MayGrow => seen >= atATime && (Larger >= atATime * 2 || (Larger == mostMessages && atATime < mostMessages));
}
