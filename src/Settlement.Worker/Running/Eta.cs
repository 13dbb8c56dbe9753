namespace Settlement.Worker.Running;

/// <summary>How long catching up will still take, judging by the share of the time line that has been caught up since the first step seen.</summary>
public sealed class Eta(TimeProvider clock)
{
    private static readonly TimeSpan TooSoonToSay = TimeSpan.FromSeconds(1);


    /// <summary>A longer time would not be a forecast: the first steps of a long way say little about the rest.</summary>
    private static readonly TimeSpan LongestToSay = TimeSpan.FromDays(1);

    private long? firstDueUs;
    private long since;

    /// <summary>Null while there is too little to go by.</summary>
    /// <param name="dueUs">The due instant of what was just done.</param>
    /// <param name="untilUs">How far the time line is to get.</param>
    public TimeSpan? Left(long dueUs, long untilUs)
    {
        if (firstDueUs is null || dueUs < firstDueUs)
        {
            (firstDueUs, since) = (dueUs, clock.GetTimestamp());
            return null;
        }

        var gone = clock.GetElapsedTime(since);
        var caughtUpUs = dueUs - firstDueUs.Value;
        if (caughtUpUs == 0 || gone < TooSoonToSay)
            return null;
        var left = gone.TotalSeconds * ((untilUs - dueUs) / (double)caughtUpUs);
        return left > LongestToSay.TotalSeconds ? null : TimeSpan.FromSeconds(left);
    }
}
