namespace Settlement.Worker.Bus;

/// <summary>
/// Lets deliveries through one after the other, in the order in which they came. Nothing here depends on time: on a machine that stood still, a
/// later one would otherwise go before one that is still being read. Whoever announces a delivery must see to it that it passes.
/// </summary>
internal sealed class Turns
{
    private readonly Lock gate = new();
    private readonly Queue<ulong> order = [];
    private readonly Dictionary<ulong, TaskCompletionSource> waiting = [];

    /// <summary>A delivery has come: its turn is after all that came before it.</summary>
    public void Announce(ulong delivery)
    {
        lock (gate)
        {
            waiting.Add(delivery, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            order.Enqueue(delivery);
            GoOn();
        }
    }

    /// <summary>Completes when it is the turn of <paramref name="delivery"/>: at once if it was never announced or has passed.</summary>
    public Task WaitAsync(ulong delivery, CancellationToken cancel)
    {
        lock (gate)
            return waiting.TryGetValue(delivery, out var turn) ? turn.Task.WaitAsync(cancel) : Task.CompletedTask;
    }

    /// <summary>Nobody has to wait for this delivery any more.</summary>
    public void Pass(ulong delivery)
    {
        lock (gate)
        {
            waiting.Remove(delivery);
            GoOn();
        }
    }

    private void GoOn()
    {
        while (order.TryPeek(out var first))
        {
            if (waiting.TryGetValue(first, out var turn))
            {
                turn.TrySetResult();
                return;
            }

            order.Dequeue();
        }
    }
}
