namespace Settlement.Engine.Spans;

/// <summary>How large a span and its parts may be.</summary>
/// <param name="MostRuns">Runs per span. Each run is a stream of usage, and all are read at the same time.</param>
/// <param name="AccountsPerPart">Accounts per part, unless there would be too many parts.</param>
/// <param name="FewSteps">With no more steps than this, and if no hour passes, a span is not recorded: sharing the work would take longer than doing it.</param>
public sealed record SpanSize(int MostRuns = 24, long AccountsPerPart = 2500, long FewSteps = 400)
{
    public static readonly SpanSize Default = new();
}
