namespace Settlement.Worker.Telemetry;

/// <summary>How long catching up will still take, as the time line judged it last. Thread-safe.</summary>
internal sealed class CatchUp(TimeProvider clock)
{
    private volatile Judged? judged;

    /// <summary>Null while that is not known.</summary>
    public TimeSpan? Left
    {
        get
        {
            if (judged is not { } last)
                return null;
            var left = last.Left - clock.GetElapsedTime(last.Timestamp);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <param name="left">Null: not known, or nothing is being done.</param>
    public void Say(TimeSpan? left) => judged = left is { } time ? new Judged(time, clock.GetTimestamp()) : null;

    private sealed record Judged(TimeSpan Left, long Timestamp);
}
