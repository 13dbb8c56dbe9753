using Settlement.Worker.Settings;

namespace Settlement.Worker.Bus;

/// <param name="Waiting">Null if the queue does not exist yet.</param>
/// <param name="Unreadable">Messages in its error queue.</param>
public sealed record QueueDepth(string Queue, uint? Waiting, uint? Unreadable)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>How many messages wait in the two queues and their error queues. Those a worker holds unacknowledged are not counted.</summary>
    public static async Task<IReadOnlyList<QueueDepth>> ReadAsync(RabbitMqSettings settings, CancellationToken cancel)
    {
        await using var connection = await BrokerConnection.OpenAsync(settings, "depth", cancel);
        var depths = new List<QueueDepth>();
        foreach (var queue in BrokerTopology.Inputs)
        {
            var waiting = await BrokerTopology.DepthAsync(connection, queue, cancel);
            depths.Add(new QueueDepth(queue, waiting, await BrokerTopology.DepthAsync(connection, BrokerTopology.ErrorQueueOf(queue), cancel)));
        }

        return depths;
    }

    /// <summary>Waits until what waited at the start is stored (2.4). Looks at the queues now and then, in case another worker shares them.</summary>
    /// <returns>False if <paramref name="timeout"/> (<c>DrainTimeout</c>) passed first. This is to be reported, and closing goes on without the
    /// rest.</returns>
    public static async Task<bool> DrainAsync(
        RabbitMqSettings settings, Drain drain, TimeSpan timeout, TimeProvider time, CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        for (var left = timeout; left > TimeSpan.Zero; left = timeout - time.GetElapsedTime(since))
        {
            if (await drain.WaitAsync(left < LookEvery ? left : LookEvery, time, cancel))
                return true;
            await LookAsync(settings, drain, cancel);
        }

        return drain.IsDone;
    }

    /// <summary>Reports the queues' depths to a drain, if the broker can be asked.</summary>
    public static async Task LookAsync(RabbitMqSettings settings, Drain drain, CancellationToken cancel)
    {
        try
        {
            foreach (var depth in await ReadAsync(settings, cancel))
                drain.Look(depth.Queue, depth.Waiting ?? 0);
        }
        catch (Exception e) when (BrokerConnection.IsLost(e, cancel))
        {
            // The bus reports this too, and keeps trying to connect. Until it has, there is nothing to see.
        }
    }
}
