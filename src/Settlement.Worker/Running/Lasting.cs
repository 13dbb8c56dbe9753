namespace Settlement.Worker.Running;

/// <summary>Whether something has been so at every look for a time: what is over by the next look was no trouble. Thread-safe.</summary>
/// <param name="bound">How long it may be so.</param>
internal sealed class Lasting(TimeSpan bound, TimeProvider clock)
{
    private readonly Lock gate = new();
    private long? since;

    /// <param name="isSo">Null: not known at this look, so nothing changes.</param>
    /// <returns>Whether it has been so for longer than the bound.</returns>
    public bool Look(bool? isSo)
    {
        lock (gate)
        {
            if (isSo == false)
                since = null;
            else if (isSo == true)
                since ??= clock.GetTimestamp();
            return since is { } then && clock.GetElapsedTime(then) > bound;
        }
    }
}
