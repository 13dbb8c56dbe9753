namespace Settlement.Engine.Spans;

/// <summary>A piece of work done in a span, reported after the commit.</summary>
/// <param name="What"><c>accounts</c> (closings), <c>commands</c> or <c>lifecycle</c>.</param>
/// <param name="DueUs">When the last of it was due.</param>
/// <param name="Count">The number of accounts, commands or steps.</param>
/// <param name="AccountNo">For closings, the last account; all earlier accounts of the part are done as well. Otherwise 0.</param>
public readonly record struct SpanStep(string What, long DueUs, int Count, long AccountNo);

/// <summary>How far this worker has come with a span, used to estimate the end. Accounts are done in the order of their numbers.</summary>
internal sealed class SpanProgress(Span? span, long lastAccount)
{
    public static readonly SpanProgress None = new(null, 1);

    private long accountNo;

    public Span? Span { get; } = span;

    /// <summary>Accounts settled so far.</summary>
    public long Accounts { get; private set; }

    /// <summary>An instant that is as far into the span as the finished accounts are into all accounts.</summary>
    public long ReachedUs => Span is null ? 0
        : Span.Before.LastRunUs
            + (long)((Int128)Math.Max(0, Span.UntilUs - Span.Before.LastRunUs) * Math.Min(accountNo, lastAccount) / Math.Max(1, lastAccount));

    public void Add(SpanStep step)
    {
        accountNo = Math.Max(accountNo, step.AccountNo);
        if (step.What == "accounts")
            Accounts += step.Count;
    }
}
