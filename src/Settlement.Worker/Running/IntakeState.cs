using Settlement.Domain.Time;

namespace Settlement.Worker.Running;

/// <summary>Why something can't be stored right now, and since when.</summary>
internal sealed record IntakeFailure(string Cause, long SinceUs);

/// <summary>Whether what comes in from one queue can be stored.</summary>
internal sealed class IntakeState
{
    /// <summary>
    /// A transaction that takes this long waits for something: a locked SQLite file is waited for two minutes, and nobody should have to wait that
    /// long for the truth.
    /// </summary>
    private const long LongestSeconds = 15;

    private const long Idle = long.MaxValue;

    private volatile IntakeFailure? failure;
    private long storingSinceUs = Idle;

    /// <summary>Null while storing succeeds, in good time.</summary>
    public IntakeFailure? FailureAt(long nowUs)
    {
        if (failure is { } last)
            return last;
        var sinceUs = Volatile.Read(ref storingSinceUs);
        return sinceUs != Idle && nowUs - sinceUs > LongestSeconds * Instant.PerSecondUs
            ? new IntakeFailure($"storing takes longer than {LongestSeconds} s: the database may be locked", sinceUs) : null;
    }

    /// <summary>Stores, and records the outcome. One caller at a time.</summary>
    public void Note(Action store, Func<long> nowUs)
    {
        Volatile.Write(ref storingSinceUs, nowUs());
        try
        {
            store();
            failure = null;
        }
        catch (Exception e) when (Failed(e, nowUs()))
        {
            throw;
        }
        finally
        {
            Volatile.Write(ref storingSinceUs, Idle);
        }
    }

    /// <summary>Always true; the error is thrown on.</summary>
    private bool Failed(Exception e, long nowUs)
    {
        failure = new IntakeFailure(e.Message, failure?.SinceUs ?? nowUs);
        return true;
    }
}
