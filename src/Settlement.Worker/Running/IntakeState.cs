namespace Settlement.Worker.Running;

/// <summary>Why something can't be stored right now, and since when.</summary>
internal sealed record IntakeFailure(string Cause, long SinceUs);

/// <summary>Whether what comes in from one queue can be stored.</summary>
internal sealed class IntakeState
{
    private volatile IntakeFailure? failure;

    /// <summary>Null while storing succeeds.</summary>
    public IntakeFailure? Failure => failure;

    /// <summary>Stores, and records the outcome. One caller at a time.</summary>
    public void Note(Action store, Func<long> nowUs)
    {
        try
        {
            store();
            failure = null;
        }
        catch (Exception e) when (Failed(e, nowUs()))
        {
            throw;
        }
    }

    /// <summary>Always true; the error is thrown on.</summary>
    private bool Failed(Exception e, long nowUs)
    {
        failure = new IntakeFailure(e.Message, failure?.SinceUs ?? nowUs);
        return true;
    }
}
