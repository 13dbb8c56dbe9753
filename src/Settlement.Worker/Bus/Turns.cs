namespace Settlement.Worker.Bus;

/// <summary>Numbers from one up, each let through after the one before it.</summary>
/// <param name="longestWait">If no turn comes for this long, the lowest number that waits is next, whatever number is missing.</param>
internal sealed class Turns(TimeSpan longestWait, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, TaskCompletionSource> waiting = [];
    private readonly HashSet<ulong> passed = [];
    private ulong next = 1;

    /// <summary>Completes when it is the turn of <paramref name="number"/>, which must then <see cref="Pass"/>, cancelled or not.</summary>
    public async Task WaitAsync(ulong number, CancellationToken cancel)
    {
        TaskCompletionSource turn;
        lock (gate)
        {
            if (number <= next)
                return;
            turn = waiting[number] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        while (!turn.Task.IsCompleted)
        {
            var before = Interlocked.Read(ref next);
            try
            {
                await turn.Task.WaitAsync(longestWait, time, cancel);
            }
            catch (TimeoutException)
            {
                SkipMissing(before);
            }
        }
    }

    /// <summary>Nobody has to wait for this number any more.</summary>
    public void Pass(ulong number)
    {
        lock (gate)
        {
            waiting.Remove(number);
            if (number >= next)
                passed.Add(number);
            GoOn();
        }
    }

    private void SkipMissing(ulong before)
    {
        lock (gate)
        {
            if (next != before || waiting.Count == 0)
                return;
            next = waiting.Keys.Min();
            passed.RemoveWhere(n => n < next);
            GoOn();
        }
    }

    private void GoOn()
    {
        while (passed.Remove(next))
            next++;
        if (waiting.Remove(next, out var turn))
            turn.TrySetResult();
    }
}
