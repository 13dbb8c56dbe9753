using Settlement.Domain.Plans;
using Settlement.Domain.Settling;
using Settlement.Engine.Commands;
using Settlement.Engine.Lifecycle;
using Settlement.Engine.Parking;
using Settlement.Engine.Spans;
using Settlement.Engine.Usage;
using Settlement.Storage.Engines;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

/// <summary>One closing, or the steps of one instant, in separate steps that the time line does in one go.</summary>
internal sealed class ClosingDriver(SettlementStore store, Releases releases)
{
    private readonly SpanOpening spans = new(store, releases, SpanSize.Default);
    private readonly SpanWork work = new(store, new CommandInbox(store, releases), new AgendaSteps(store), new AccountParking(store));

    public ClosingRun? Begin(long dueUs, bool hourly = true) => spans.BeginClosing(dueUs, hourly)?.Runs[^1];

    /// <returns>The number of accounts settled.</returns>
    public long Settle(ClosingRun run, Func<long> nowUs, Action<long, IReadOnlyList<Plan>>? settled = null) =>
        OpenParts().Sum(part => SettlePart(run, part, nowUs, settled));

    public long SettlePart(
        ClosingRun run, SpanPart part, Func<long> nowUs, Action<long, IReadOnlyList<Plan>>? settled = null, WorkClaim? claim = null)
    {
        var count = 0L;
        var news = new SpanNews
        {
            Settled = (of, plans) =>
            {
                Assert.Equal(run, of);
                count += plans.Count;
                settled?.Invoke(count, plans);
            },
        };
        work.Do(Open(), part, nowUs, news, claim);
        spans.FinishPart(part, nowUs(), claim);
        return count;
    }

    public List<SpanPart> OpenParts() => spans.OpenParts(Open());

    public void Finish(ClosingRun run, long nowUs)
    {
        Assert.Contains(run, Open().Runs);
        spans.Finish(Open(), nowUs);
    }

    /// <summary>Does all steps of lots and arrears that are due at or before an instant.</summary>
    public void Step(long dueUs, Action<AgendaEntry, Plan>? stepped = null)
    {
        var state = store.Read(StoreState.Of);
        var span = new Span(0, dueUs, true, new TimeMark(state.ClosedSlot, state.LastRunUs), state.LastRunUs, []);
        work.Do(span, SpanPart.All, () => dueUs, new SpanNews { Stepped = stepped }, null);
    }

    private Span Open() => store.Read(Span.Open)!;
}
