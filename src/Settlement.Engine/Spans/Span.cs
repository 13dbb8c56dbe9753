using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Storage;
using Settlement.Storage.Closings;

namespace Settlement.Engine.Spans;

/// <summary>
/// A stretch of the time line in which accounts don't affect one another (2.4). For each account, everything that falls due in it is done in order.
/// Its hours are closed to arrivals when the span begins. See docs/timeline.md.
/// </summary>
/// <param name="SpanNo">
/// 0 for a span that is not recorded: no hour passes in it and there is little to do, and after a crash the next worker finds the same work due and
/// does it.
/// </param>
/// <param name="UntilUs">What is due at or before this instant belongs to it.</param>
/// <param name="Whole">Whether it covers everything that falls due; otherwise only a closing that was requested.</param>
/// <param name="Before">The time line's mark before the span.</param>
/// <param name="PassedUs">The last hourly instant that has passed once the span is done.</param>
/// <param name="Runs">Its closing runs with usage, in order.</param>
public sealed record Span(long SpanNo, long UntilUs, bool Whole, TimeMark Before, long PassedUs, IReadOnlyList<ClosingRun> Runs)
{
    /// <summary>When its first work was due.</summary>
    public long BegunUs => Runs.Count > 0 ? Runs[0].DueUs : UntilUs;

    /// <summary>The last slot taken by those closings of an account that come before one of its steps.</summary>
    public SettleSlot SettledSlot(long closedUntilUs) => Runs.LastOrDefault(r => r.DueUs <= closedUntilUs)?.ToSlot ?? Before.ClosedSlot;

    /// <summary>The span that was begun and is not done, or null.</summary>
    public static Span? Open(Session session) => session.One<SpanRow>("span/open")?.ToSpan(ClosingRuns.Open(session));

    internal sealed class SpanRow
    {
        public long SpanNo { get; init; }

        public long UntilUs { get; init; }

        public long Whole { get; init; }

        public long LastRunUs { get; init; }

        public SettleSlot ClosedSlot { get; init; }

        public long PassedUs { get; init; }

        public Span ToSpan(IReadOnlyList<ClosingRun> runs) => new(SpanNo, UntilUs, Whole != 0, new TimeMark(ClosedSlot, LastRunUs), PassedUs, runs);
    }
}

/// <summary>A range of accounts in a span, both ends included.</summary>
public sealed class SpanPart
{
    public long SpanNo { get; init; }

    public long FirstAccount { get; init; }

    public long LastAccount { get; init; }

    /// <summary>For a span that is not recorded: all accounts.</summary>
    public static readonly SpanPart All = new() { FirstAccount = 1, LastAccount = long.MaxValue };
}
