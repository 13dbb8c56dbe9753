namespace Settlement.Worker.Running;

/// <summary>How long catching up will take still, from the share of the time line that has been caught up since the first step seen.</summary>
public sealed class Eta(TimeProvider clock)
{
    private static readonly TimeSpan TooSoonToSay = TimeSpan.FromSeconds(1);

    private long? firstDueUs;
    private long since;

    /// <summary>Null while there is too little to judge by.</summary>
    /// <param name="dueUs">The due instant of what was just done.</param>
    /// <param name="untilUs">Where the time line is to come to.</param>
    public TimeSpan? Left(long dueUs, long untilUs)
    {
        if (firstDueUs is null || dueUs < firstDueUs)
        {
            (firstDueUs, since) = (dueUs, clock.GetTimestamp());
            return null;
        }

        var gone = clock.GetElapsedTime(since);
        var caughtUpUs = dueUs - firstDueUs.Value;
        return caughtUpUs == 0 || gone < TooSoonToSay ? null : gone * ((untilUs - dueUs) / (double)caughtUpUs);
    }
}
