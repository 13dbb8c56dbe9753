using System.Globalization;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Spans;

/// <summary>
/// Begins and ends spans. It closes the hours of a span for all accounts in one short transaction and divides the span into parts, which workers take
/// one after the other.
/// </summary>
public sealed class SpanOpening(SettlementStore store, Releases releases, SpanSize size)
{
    private const long MostParts = 64;

    /// <summary>When the hourly run is due that closes the next hour with usage; null: there is no such run.</summary>
    public long? NextRunUs(Session session) => NextRunUs(session, StoreState.Of(session));

    /// <summary>
    /// Begins the span up to an instant. Every hour that falls due in it is closed, in one short transaction; from then on, events for those hours go
    /// to the next closing (7.2). The span ends earlier if it would have too many runs. A span already under way is returned as it is, so a second
    /// try after a first one that did commit does not begin another. Anything that a release has not stored yet is stored first.
    /// </summary>
    /// <param name="untilUs">Nothing that concerns all accounts may be due up to this instant.</param>
    /// <param name="commands">How many commands are due in the span.</param>
    /// <param name="claim">The claim under which the time line is driven.</param>
    public Span Begin(long untilUs, long commands, WorkClaim? claim = null) => Released(claim, session =>
    {
        var state = StoreState.Of(session);
        var (before, first) = (new TimeMark(state.ClosedSlot, state.LastRunUs), state);
        var runs = new List<ClosingRun>();
        while (runs.Count < size.MostRuns && NextRunUs(session, state) is { } dueUs && dueUs <= untilUs)
            state = Pass(session, Pass(session, state, dueUs - 1, runs), dueUs, runs);
        if (runs.Count == size.MostRuns)
            untilUs = runs[^1].DueUs;
        state = Pass(session, state, untilUs, runs);
        CloseThrough(session, first, state);
        if (state == first && commands + session.One<long>("agenda/due-count", new { UntilUs = untilUs }) <= size.FewSteps)
            return new Span(0, untilUs, true, before, state.LastRunUs, []);
        return Record(session, new Span(0, untilUs, true, before, state.LastRunUs, runs));
    })!;

    /// <summary>
    /// Closes what is due at an instant and begins the span of that single closing (2.3). Null if no hour with usage is due or closings are on hold.
    /// </summary>
    /// <param name="dueUs">The run's due instant.</param>
    /// <param name="hourly">Whether this is the hourly run.</param>
    /// <param name="claim">The claim under which the time line is driven.</param>
    public Span? BeginClosing(long dueUs, bool hourly, WorkClaim? claim = null) => Released(claim, session =>
    {
        var state = StoreState.Of(session);
        var (after, run) = Close(session, state, dueUs, hourly);
        CloseThrough(session, state, after);
        return run is null ? null
            : Record(session, new Span(0, dueUs, false, new TimeMark(state.ClosedSlot, state.LastRunUs), hourly ? dueUs : state.LastRunUs, [run]));
    });

    /// <summary>The parts of a span that are not done yet.</summary>
    public List<SpanPart> OpenParts(Span span) => store.Read(session => session.Rows<SpanPart>("span/open-parts", new { span.SpanNo }));

    /// <summary>Claims a part; null while another worker has it.</summary>
    public WorkClaim? TryClaim(SpanPart part) =>
        store.Engine.TryClaim(string.Create(CultureInfo.InvariantCulture, $"{ClaimPrefix(part.SpanNo)}{part.FirstAccount}"));

    public void FinishPart(SpanPart part, long nowUs, WorkClaim? claim) =>
        store.Write(session => session.Execute("span/finish-part", new { part.SpanNo, part.FirstAccount, NowUs = nowUs }), claim);

    /// <summary>
    /// Marks the span and its runs as done and its hourly instants as passed, in one transaction. Anything that arrives late after that belongs to
    /// the next span.
    /// </summary>
    public void Finish(Span span, long nowUs, WorkClaim? claim = null) => store.Write(
        session =>
        {
            foreach (var run in span.Runs)
                session.Execute("closing/finish-run", new { run.ToSlot, NowUs = nowUs });
            session.Execute("span/finish", new { span.SpanNo, NowUs = nowUs });
            PassRun(session, span.PassedUs);
            store.Engine.ForgetClaims(session, ClaimPrefix(span.SpanNo));
        },
        claim);

    /// <summary>Marks an hourly instant passed when no hour with usage was due at it.</summary>
    public void PassRun(long lastRunUs, WorkClaim? claim = null) => store.Write(session => PassRun(session, lastRunUs), claim);

    private static void PassRun(Session session, long lastRunUs) => session.Execute("store/pass-run", new { LastRunUs = lastRunUs });

    private static string ClaimPrefix(long spanNo) => string.Create(CultureInfo.InvariantCulture, $"span {spanNo} ");

    /// <summary>
    /// Runs exclusively under the guard, once nothing is waiting that a command or a catalog has released. Until then, an hour may seem empty
    /// although it is not.
    /// </summary>
    private Span? Released(WorkClaim? claim, Func<Session, Span?> begin)
    {
        while (true)
        {
            releases.Finish(claim);
            var (waits, span) = store.Write(
                session =>
                {
                    store.Engine.TakeGuard(session, exclusive: true);
                    if (Span.Open(session) is { } underWay)
                        return (false, underWay);
                    // Check whether a release was begun in the meantime. Nobody can begin another while this holds the guard.
                    return Releases.WaitingSinceUs(session) is not null ? (true, null) : (false, begin(session));
                },
                claim);
            if (!waits)
                return span;
        }
    }

    private long? NextRunUs(Session session, StoreState state)
    {
        if (state.HeldSinceUs is not null || ClosingRuns.NextSlot(session, state.ClosedSlot) is not { } slot)
            return null;
        var nextRunUs = state.LastRunUs + Instant.PerHourUs;
        if (slot.Hour == state.ClosedHour)
            return nextRunUs;
        return Math.Max(nextRunUs, BillingHour.FirstOnTheHourUs(slot.Hour.Next.StartUs + store.Settings.CloseDelayUs));
    }

    /// <summary>
    /// Passes the hourly instants up to a given one: all their hours are closed together. As a rule there is no usage in them, or only at the last.
    /// </summary>
    private StoreState Pass(Session session, StoreState state, long untilUs, List<ClosingRun> runs)
    {
        var lastUs = BillingHour.LastOnTheHourUs(untilUs);
        if (state.LastRunUs >= lastUs)
            return state;
        var (after, run) = Close(session, state, lastUs, hourly: true);
        if (run is not null)
            runs.Add(run);
        return after with { LastRunUs = lastUs };
    }

    /// <summary>An hour with no usage costs nothing, not even a row, because nobody will ask for its run.</summary>
    private (StoreState After, ClosingRun? Run) Close(Session session, StoreState state, long dueUs, bool hourly)
    {
        var next = ClosingRuns.NextSlot(session, state.ClosedSlot);
        var dueHour = BillingHour.LastDueAt(dueUs, store.Settings.CloseDelayUs);
        var toSlot = SettleSlot.CloseThrough(dueHour, state.ClosedSlot, lateWaits: next == state.ClosedSlot.Next);
        if (toSlot <= state.ClosedSlot || !state.MayCloseAt(dueUs))
            return (state, null);
        var after = state with { ClosedSlot = toSlot };
        return (after, next <= toSlot ? new ClosingRun(dueUs, state.ClosedSlot, toSlot, hourly) : null);
    }

    private static void CloseThrough(Session session, StoreState from, StoreState to)
    {
        if (to.ClosedSlot > from.ClosedSlot)
            session.Execute("store/close-through", new { AfterSlot = from.ClosedSlot, ToSlot = to.ClosedSlot });
    }

    private Span Record(Session session, Span span)
    {
        span = span with { SpanNo = (session.One<long?>("span/last") ?? 0) + 1 };
        session.Execute("span/add", new
        {
            span.SpanNo, span.UntilUs, Whole = span.Whole ? 1L : 0L, span.Before.LastRunUs, span.Before.ClosedSlot, span.PassedUs,
        });
        foreach (var run in span.Runs)
            session.Execute("closing/add-run", new { run.DueUs, run.AfterSlot, run.ToSlot, Hourly = run.Hourly ? 1L : 0L });
        session.ExecuteEach("span/add-part", Parts(span.SpanNo, session.One<long?>("account/last") ?? 0));
        return span;
    }

    /// <summary>Ranges of accounts, as equal in size as their numbers allow. Accounts opened later belong to a later span.</summary>
    private IEnumerable<SpanPart> Parts(long spanNo, long lastAccount)
    {
        var accounts = Math.Max(size.AccountsPerPart, (lastAccount + MostParts - 1) / MostParts);
        for (long first = 1; first <= lastAccount; first += accounts)
            yield return new SpanPart { SpanNo = spanNo, FirstAccount = first, LastAccount = Math.Min(first + accounts - 1, lastAccount) };
    }
}
