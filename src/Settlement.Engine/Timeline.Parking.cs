namespace Settlement.Engine;

// Nobody else may meanwhile do what a parked account has missed: a retry drives the time line, if only for one account (2.5).
public sealed partial class Timeline
{
    /// <summary>
    /// Does what has fallen due for a parked account, as far as the time line has come for the others. Time does not pass for the others. Null: the
    /// account is not parked.
    /// </summary>
    public RetryOutcome? RetryParked(long accountNo)
    {
        RetryOutcome? outcome = null;
        Drive(CancellationToken.None, () =>
        {
            FinishSpan();
            outcome = retries.Retry(accountNo, ReachedUs(), () => NowUs, claim);
        });
        return outcome;
    }

    private long ReachedUs()
    {
        var nowUs = NowUs;
        return Next(nowUs) is { } due ? due.AtUs - 1 : nowUs;
    }
}
