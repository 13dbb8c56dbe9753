using System.Numerics;

namespace Settlement.Worker.Bus;

/// <summary>What the consumer does next: <paramref name="Back"/> are given back to the broker, in this order, and then <paramref name="AtATime"/> messages are asked for.</summary>
internal sealed record Portion(IReadOnlyList<ulong> Back, int AtATime);

/// <summary>
/// How many messages are asked of the broker at a time, which counts messages and not bytes. It begins with one and takes four times as many while they are small.
/// A message that would take more memory than there may be in hand is left with the broker, and so are those behind it, so that their order stays; they are given
/// back when what is in hand is stored, and fewer are asked for from then on. Thread-safe.
/// </summary>
/// <param name="most">Bytes of memory that the messages in hand may take. A single one may take more.</param>
/// <param name="mostMessages">Never more are asked for.</param>
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

    /// <summary>At the start; later ones come with <see cref="Next"/>.</summary>
    public int AtATime
    {
        get
        {
            lock (gate)
                return atATime;
        }
    }

    /// <summary>What a body is reckoned to take before it is read: the client's buffer, which has a power of two, and its events.</summary>
    public static long EstimateOf(int body) => BufferOf(body) + body + (body / 2);

    public static long BufferOf(int body) => BitOperations.RoundUpToPowerOf2((uint)body);

    /// <summary>A message has been delivered.</summary>
    /// <param name="change">A change has become due: the caller asks for <see cref="Next"/>. No other becomes due before <see cref="EndChange"/>.</param>
    /// <returns>False: it is left with the broker.</returns>
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

    /// <summary>It has been read, and this is what it takes.</summary>
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

    /// <summary>It is stored or given back.</summary>
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

    /// <summary>Ends when nothing is in hand, at once if nothing is left with the broker.</summary>
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

    /// <returns>True: another change has become due meanwhile.</returns>
    public bool EndChange()
    {
        lock (gate)
            return changing = left.Count > 0;
    }

    /// <summary>As many as fit, if those seen last are what is to be expected.</summary>
    private int Larger => (int)Math.Min(Math.Min(atATime * Growth, mostMessages), most / Math.Max(1, largest));

    /// <summary>Each change costs a question to the broker.</summary>
    private bool MayGrow => seen >= atATime && (Larger >= atATime * 2 || (Larger == mostMessages && atATime < mostMessages));
}
