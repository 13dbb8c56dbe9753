namespace Settlement.Engine.Spans;

/// <summary>How large a span and its parts may be.</summary>
/// <param name="MostRuns">Closing runs to a span: each is a stream of usage that is read beside the others.</param>
/// <param name="AccountsPerPart">Accounts to a part, unless there would be too many parts.</param>
/// <param name="FewSteps">With so few steps, and where no hour passes, a span is not recorded: sharing it would take longer than doing it.</param>
public sealed record SpanSize(int MostRuns = 24, long AccountsPerPart = 2500, long FewSteps = 400)
{
    public static readonly SpanSize Default = new();
}
