using Settlement.Domain.Plans;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Engine.Commands;
using Settlement.Engine.Spans;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Engines;

namespace Settlement.Engine;

/// <summary>
/// The only thing that makes time pass (2.4). It does what is due, for each account in the order of due time. It proceeds in spans, from one instant
/// that concerns all accounts to the next. What is due is read from the database, so anyone may call it at any time and any number of times.
/// </summary>
public sealed partial class Timeline
{
    /// <summary>The name under which the time line's driver claims it.</summary>
    public const string ClaimName = "timeline";

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    private readonly SettlementStore store;
    private readonly SpanOpening spans;
    private readonly SpanWork work;
    private readonly SpanNews news;
    private readonly CommandInbox commands;
    private readonly ParkedRetry retries;
    private readonly Releases releases;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private CancellationToken stopping;
    private WorkClaim? claim;
    private SpanProgress progress = SpanProgress.None;

    public Timeline(
        SettlementStore store, SpanOpening spans, SpanWork work, CommandInbox commands, ParkedRetry retries, Releases releases, TimeProvider clock)
    {
        (this.store, this.spans, this.work, this.commands, this.retries, this.releases, this.clock) = (
            store, spans, work, commands, retries, releases, clock);
        news = new SpanNews
        {
            Settled = (run, plans) => Settled?.Invoke(run, plans),
            Stepped = (entry, plan) => Stepped?.Invoke(entry, plan),
            Done = Done,
        };
    }

    /// <summary>Called after each piece of work that took a transaction, with what was done and its due instant.</summary>
    public Action<TimelineStep>? Progress { get; set; }

    /// <summary>Called with the plans of a closing, batch by batch, once they are committed.</summary>
    public Action<ClosingRun, IReadOnlyList<Plan>>? Settled { get; set; }

    /// <summary>Called for every lifecycle step with its plan, which may change nothing, once it is committed.</summary>
    public Action<AgendaEntry, Plan>? Stepped { get; set; }

    private long NowUs => Instant.OfUs(clock.GetUtcNow());

    /// <summary>
    /// Does everything due at or before an instant. If cancelled, it stops between two transactions, and the rest is still due. While another worker
    /// drives the time line, it does parts of the span under way, and then whatever is left.
    /// </summary>
    public void AdvanceTo(long untilUs, CancellationToken cancel = default) => Drive(cancel, () =>
    {
        FinishSpan();
        while (FinishReleases(() => store.Read(session => NextDue.WorkOf(session, spans, untilUs))) is { } due)
        {
            stopping.ThrowIfCancellationRequested();
            DoNext(due, untilUs);
        }

        PassEmptyRuns(untilUs);
    });

    /// <summary>Closes what is due now, regardless of the time within the hour: <c>run-job</c> and the verb <c>close</c> (2.3).</summary>
    public void CloseNow(long dueUs) => Drive(CancellationToken.None, () =>
    {
        AdvanceTo(dueUs);
        Close(dueUs, hourly: false);
    });

    /// <summary>
    /// Applies the commands that take effect at or before an instant, and what is due before each of them. Anything else due at that instant waits
    /// (commands come first).
    /// </summary>
    public void ApplyCommands(long untilUs) => Drive(CancellationToken.None, () =>
    {
        while (FinishReleases(() => store.Read(LastCommandUs)) is { } atUs)
        {
            AdvanceTo(atUs - 1);
            ApplyAt(atUs);
        }

        long? LastCommandUs(Session session) => CommandInbox.LastAtUs(session, untilUs);
    });

    /// <summary>What really happens next at or before the limit; empty hours do not count.</summary>
    public NextDue? Next(long limitUs) => store.Read(session => NextDue.Of(session, spans, limitUs));

    /// <summary>Looks at what is due once every released call is stored. Until then, an hour may seem empty although it is not.</summary>
    private T FinishReleases<T>(Func<T> look)
    {
        releases.Finish(claim, stopping);
        return look();
    }

    /// <summary>
    /// Only one driver at a time drives the time line, across all processes. A driver that loses the claim during a long halt starts again.
    /// </summary>
    private void Drive(CancellationToken cancel, Action drive)
    {
        lock (gate)
        {
            if (claim is not null)
            {
                drive();
                return;
            }

            stopping = cancel;
            while (!TryDrive(drive))
            {
                cancel.ThrowIfCancellationRequested();
                if (!TakePart())
                    Thread.Sleep(LookAgain);
            }
        }
    }

    private bool TryDrive(Action drive)
    {
        claim = store.Engine.TryClaim(ClaimName);
        if (claim is null)
            return false;
        try
        {
            drive();
            return true;
        }
        catch (ClaimLostException)
        {
            return false;
        }
        finally
        {
            var ended = claim;
            claim = null;
            ended.Dispose();
        }
    }

    /// <summary>
    /// Does the span up to the next instant that concerns all accounts. If nothing is due before that instant, does what happens at it.
    /// </summary>
    private void DoNext(NextDue next, long untilUs)
    {
        var due = store.Read(session => DueCommands.Read(session, untilUs));
        if (due.ForAllUs is { } forAllUs && forAllUs <= next.AtUs)
        {
            PassEmptyRuns(forAllUs - 1);
            ApplyAt(forAllUs);
            return;
        }

        var span = spans.Begin(due.ForAllUs - 1 ?? untilUs, due.OfAccounts.Count, claim);
        if (span.SpanNo == 0)
            work.Do(span, SpanPart.All, () => NowUs, Begun(span), claim);
        else
            FinishSpan();
    }

    /// <summary>Applies all commands of an instant, one after the other, in order. A command that runs a closing gets its own transaction.</summary>
    private void ApplyAt(long atUs)
    {
        var done = 0;
        while (store.Read(s => CommandInbox.Waiting(s, atUs, CommandInbox.PerTransaction)) is { Count: > 0 } waiting)
        {
            var runs = waiting.FindIndex(CommandInbox.RunsClosing);
            // The command is answered only when the closing it asks for is done. After a crash in between, the command is still waiting and the
            // closing is made.
            if (runs == 0)
                Close(waiting[0].AtUs, hourly: false);
            var chunk = runs < 0 ? waiting : waiting.GetRange(0, Math.Max(runs, 1));
            commands.Apply(chunk, NowUs, claim);
            done += chunk.Count;
            Progress?.Invoke(new TimelineStep("commands", atUs, done, atUs));
            stopping.ThrowIfCancellationRequested();
        }
    }

    /// <summary>
    /// If a span was left unfinished, by whatever worker, it is finished before the next one begins. The return value of beginning does not matter:
    /// the first try may have committed without an answer, so the store is asked what there is to do.
    /// </summary>
    private void Close(long dueUs, bool hourly)
    {
        FinishSpan();
        spans.BeginClosing(dueUs, hourly, claim);
        FinishSpan();
    }

    /// <summary>Does the span under way, if there is one, together with any workers that help, and ends it.</summary>
    private void FinishSpan()
    {
        if (store.Read(Span.Open) is not { } span)
            return;
        Begun(span);
        while (spans.OpenParts(span).Count > 0)
        {
            if (!TakePart())
                Thread.Sleep(LookAgain);
            stopping.ThrowIfCancellationRequested();
        }

        spans.Finish(span, NowUs, claim);
    }

    /// <summary>Does a part of the span under way that no worker has claimed; false if there is none.</summary>
    private bool TakePart()
    {
        if (store.Read(Span.Open) is not { } span)
            return false;
        foreach (var part in spans.OpenParts(span))
        {
            using var mine = spans.TryClaim(part);
            if (mine is null)
                continue;
            try
            {
                work.Do(span, part, () => NowUs, Begun(span), mine);
                spans.FinishPart(part, NowUs, mine);
            }
            catch (ClaimLostException)
            {
                // The worker that has taken it over continues it.
            }

            return true;
        }

        return false;
    }

    private SpanNews Begun(Span span)
    {
        if (progress.Span?.SpanNo != span.SpanNo || span.SpanNo == 0)
            progress = new SpanProgress(span, store.Read(session => session.One<long?>("account/last")) ?? 1);
        return news;
    }

    private void Done(SpanStep step)
    {
        progress.Add(step);
        Progress?.Invoke(new TimelineStep(step.What, step.DueUs, step.What == "accounts" ? progress.Accounts : step.Count, progress.ReachedUs));
        stopping.ThrowIfCancellationRequested();
    }

    /// <summary>Passes hourly runs with nothing to settle. They only close their hours, all in one step.</summary>
    private void PassEmptyRuns(long untilUs)
    {
        var last = BillingHour.LastOnTheHourUs(untilUs);
        if (store.Read(StoreState.Of).LastRunUs >= last)
            return;
        Close(last, hourly: true);
        spans.PassRun(last, claim);
    }
}

/// <summary>
/// A piece of work done on the time line: what it was, when it was due, how many so far, and how far the time line has come with it.
/// </summary>
public readonly record struct TimelineStep(string What, long DueUs, long Count, long ReachedUs);
