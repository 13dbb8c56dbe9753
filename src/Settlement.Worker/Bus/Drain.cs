namespace Settlement.Worker.Bus;

/// <summary>
/// Whether what waited in the broker when the worker started has been stored (2.4). The drain is told how many messages waited in each queue before
/// its consumer started. A queue hands them out in order, so they are done when that many have been dealt with: stored or found unreadable.
/// </summary>
/// <remarks>
/// Another worker on the same queues may take some of them. <see cref="Look"/> then ends the wait once the queue has been seen empty twice with
/// nothing arriving in between, unless this worker had a message in hand the whole time: that one was not taken by another worker.
/// </remarks>
public sealed class Drain
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly SortedSet<long> _handling = [];
    private readonly HashSet<long> _redelivered = [];
    private long _last;
    private TaskCompletionSource _done = NotDone();
    private readonly Dictionary<string, Waiting> _queues;

    /// <param name="queues">The depth of each must be reported first; until then it is not known what waits.</param>
    public Drain(IReadOnlyList<string> queues)
    {
        _queues = queues.ToDictionary(q => q, _ => new Waiting(), StringComparer.Ordinal);
        EndIfDone();
    }

    public static Drain OfInputs() => new(BrokerTopology.Inputs);

    /// <summary>Nothing waits in an in-process bus.</summary>
    public static Drain Nothing() => new([]);

    public bool IsDone => Volatile.Read(ref _done).Task.IsCompletedSuccessfully;

    /// <summary>Messages that waited at the start and are not stored yet; null while the depth of a queue is not known.</summary>
    public long? Left
    {
        get
        {
            lock (_lock)
                return _queues.Values.Any(q => q.Depth is null) ? null : _queues.Values.Sum(q => q.Left);
        }
    }

    /// <summary>The depth of a queue before its consumer starts. Only the first value counts, until the queue is <see cref="Lost"/>.</summary>
    public void Expect(string queue, long depth)
    {
        lock (_lock)
        {
            if (_queues.TryGetValue(queue, out var waiting))
                waiting.Depth ??= depth;
            EndIfDone();
        }
    }

    /// <summary>
    /// Messages went back to a queue, behind others that may have arrived since. If the queue is not drained yet, as many as wait in it now have to
    /// be stored.
    /// </summary>
    /// <param name="depth">The depth of the queue, including those that went back.</param>
    public void WentBack(string queue, long depth)
    {
        lock (_lock)
        {
            if (_queues.TryGetValue(queue, out var waiting) && waiting.Depth is { } before && waiting.Left > 0)
                waiting.Depth = Math.Max(before, waiting.Stored + depth);
        }
    }

    /// <summary>Nothing is taken from a queue any more. When that starts again, what waits in it then has to be stored as at a start (2.4).</summary>
    public void Lost(string queue)
    {
        lock (_lock)
        {
            if (!_queues.TryGetValue(queue, out var waiting))
                return;
            waiting.Forget();
            if (IsDone)
                Volatile.Write(ref _done, NotDone());
        }
    }

    /// <summary>This many messages have been dealt with: committed, or moved to the error queue.</summary>
    public void Stored(string queue, long messages)
    {
        lock (_lock)
        {
            if (_queues.TryGetValue(queue, out var waiting))
                waiting.Stored += messages;
            EndIfDone();
        }
    }

    /// <summary>Whether a message is being dealt with that another worker, or this one, had before: a worker that ended gave it back.</summary>
    public bool HandlesRedelivered
    {
        get
        {
            lock (_lock)
                return _redelivered.Count > 0;
        }
    }

    /// <summary>A message has come in and will be stored; returns its number.</summary>
    public long Enter(bool redelivered = false)
    {
        lock (_lock)
        {
            _handling.Add(++_last);
            if (redelivered)
                _redelivered.Add(_last);
            return _last;
        }
    }

    /// <summary>The message has been dealt with, or given back to the broker.</summary>
    public void Leave(long number)
    {
        lock (_lock)
        {
            _handling.Remove(number);
            _redelivered.Remove(number);
            // It was in hand when the queue was seen empty. If it went back, it comes again under another number, so it takes new looks to show that
            // another worker had the rest.
            foreach (var queue in _queues.Values.Where(q => number <= q.LastWhenEmpty))
                queue.StoredWhenEmpty = null;
        }
    }

    /// <summary>Waits until every message that has come in by now has been dealt with; false if the timeout passes first.</summary>
    public async Task<bool> HandledAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        var (since, mark) = (time.GetTimestamp(), Interlocked.Read(ref _last));
        while (IsHandling(mark))
        {
            if (time.GetElapsedTime(since) > timeout)
                return false;
            await Task.Delay(LookAgain, time, cancel);
        }

        return true;
    }

    /// <summary>A later look at the depth of a queue.</summary>
    public void Look(string queue, long depth)
    {
        lock (_lock)
        {
            if (!_queues.TryGetValue(queue, out var waiting) || waiting.Depth is null)
                return;
            var inHand = _handling.Count > 0 && _handling.Min <= waiting.LastWhenEmpty;
            if (depth == 0 && waiting.StoredWhenEmpty == waiting.Stored && !inHand)
                waiting.Depth = Math.Min(waiting.Depth.Value, waiting.Stored);
            (waiting.StoredWhenEmpty, waiting.LastWhenEmpty) = depth == 0 ? ((long?)waiting.Stored, _last) : (null, 0L);
            EndIfDone();
        }
    }

    /// <returns>False if <paramref name="timeout"/> (<c>DrainTimeout</c>) passed first. This is to be reported, and closing goes on without the
    /// rest.</returns>
    public async Task<bool> WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            await Volatile.Read(ref _done).Task.WaitAsync(timeout, time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return IsDone;
        }
    }

    private bool IsHandling(long mark)
    {
        lock (_lock)
            return _handling.Count > 0 && _handling.Min <= mark;
    }

    private void EndIfDone()
    {
        if (_queues.Values.All(q => q.Depth is not null && q.Left == 0))
            _done.TrySetResult();
    }

    private static TaskCompletionSource NotDone() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Waiting
    {
        public long? Depth { get; set; }

        public long Stored { get; set; }

        public long? StoredWhenEmpty { get; set; }

        /// <summary>The number of the last message that had come in when the queue was seen empty.</summary>
        public long LastWhenEmpty { get; set; }

        public long Left => Math.Max(0, (Depth ?? 0) - Stored);

        public void Forget() => (Depth, Stored, StoredWhenEmpty, LastWhenEmpty) = (null, 0, null, 0);
    }
}
