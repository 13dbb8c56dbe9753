using Settlement.Domain.Plans;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Closings;
using Settlement.Worker.Telemetry;

namespace Settlement.Worker.Running;

/// <summary>
/// What the log says about the time line: one line for each closing run, for hours that closed without usage, and for each group of commands or
/// lifecycle steps that were done one after the other, however many transactions they took. If one of these takes long, its progress is logged every
/// half minute.
/// </summary>
internal sealed partial class TimelineLog
{
    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromSeconds(30);

    private readonly SettlementCore core;
    private readonly ILogger log;
    private readonly Instruments? instruments;
    private readonly CatchUp? catchUp;
    private Eta eta;
    private readonly SortedDictionary<SettleSlot, Bunch> runs = [];
    private Bunch? bunch;
    private bool isBatchTold;
    private long steps;
    private long untilUs;
    private long since;
    private long saidAt;
    private StoreState? told;

    public TimelineLog(SettlementCore core, ILogger log, Instruments? instruments = null, CatchUp? catchUp = null)
    {
        (this.core, this.log, this.instruments, this.catchUp, eta) = (core, log, instruments, catchUp, new Eta(core.Clock));
        core.Timeline.Settled += Settled;
        core.Timeline.Progress += Step;
    }

    /// <summary>Lets the time line do what is due and logs it, even if it ends with an error: what was done before is done.</summary>
    /// <param name="limitUs">How far the time line is to get.</param>
    public void Of(long limitUs, Action advance)
    {
        using var span = Tracing.Source.StartActivity("time line");
        steps = 0;
        var before = told ??= core.Store.Read(StoreState.Of);
        (untilUs, eta, since, saidAt) = (limitUs, new Eta(core.Clock), core.Clock.GetTimestamp(), core.Clock.GetTimestamp());
        try
        {
            advance();
        }
        catch (Exception e) when (span.Failed(e))
        {
            throw;
        }
        finally
        {
            catchUp?.Say(null);
            EndRuns();
            EndBunch();
            span?.SetTag("settlement.until", Show(limitUs)).SetTag("settlement.transactions", steps);
            if (steps == 0 && span?.Status == System.Diagnostics.ActivityStatusCode.Unset)
                span.Forget();
        }

        TellEmptyHours(before);
    }

    private void Settled(ClosingRun run, IReadOnlyList<Plan> plans)
    {
        // The runs of a span are settled together: some accounts in all of them, then the next accounts. Later runs belong to the next span.
        if (isBatchTold && runs.Count > 0 && run.ToSlot > runs.Keys.Last())
            EndRuns();
        if (!runs.TryGetValue(run.ToSlot, out var settled))
            runs[run.ToSlot] = settled = new Bunch("accounts", run.DueUs);
        settled.Count += plans.Count;
        foreach (var row in plans.SelectMany(p => p.Rows))
        {
            settled.Rows++;
            settled.Calls += row.Calls ?? 0;
        }
    }

    private void Step(TimelineStep step)
    {
        steps++;
        var left = eta.Left(step.ReachedUs, untilUs);
        catchUp?.Say(left);
        if (step.What != "accounts")
            Add(step);
        isBatchTold |= step.What == "accounts";
        if ((step.What == "accounts" ? runs.Values.LastOrDefault() : bunch) is not { } under)
            return;
        under.Left = left;
        under.EndedAt = core.Clock.GetTimestamp();
        if (core.Clock.GetElapsedTime(saidAt) < SayAgainAfter)
            return;
        saidAt = core.Clock.GetTimestamp();
        UnderWay(log, under.What, under.Count, Show(step.DueUs), Ahead(left));
    }

    private void Add(TimelineStep step)
    {
        if (step.Count == 0)
            return;
        var done = Take(step.What, step.DueUs);
        // Within one look, commands are counted on from transaction to transaction; the next look starts from 1 again.
        var isSameLook = step.What == "commands" && step.DueUs == done.ToUs && step.Count > done.Seen;
        done.Count += isSameLook ? step.Count - done.Seen : step.Count;
        (done.ToUs, done.Seen) = (step.DueUs, step.Count);
    }

    private Bunch Take(string what, long dueUs)
    {
        if (bunch is not null && bunch.What != what)
            EndBunch();
        return bunch ??= new Bunch(what, dueUs) { EndedAt = core.Clock.GetTimestamp() };
    }

    private void EndBunch()
    {
        if (bunch is not { } done)
            return;
        bunch = null;
        var took = core.Clock.GetElapsedTime(since, done.EndedAt);
        since = saidAt = done.EndedAt;
        Trace(done.What == "commands" ? "answer commands" : "lifecycle steps", took)?.SetTag("settlement." + done.What, done.Count).Dispose();
        var due = done.FromUs == done.ToUs ? Show(done.ToUs) : $"{Show(done.FromUs)} to {Show(done.ToUs)}";
        if (done.What == "commands")
            CommandsAnswered(log, took.TotalSeconds, done.Count, due, Ahead(done.Left));
        else
            StepsDone(log, took.TotalSeconds, done.Count, due, Ahead(done.Left));
    }

    /// <summary>If there are several runs, each took its share of the time: they are settled together.</summary>
    private void EndRuns()
    {
        if (runs.Count == 0)
            return;
        var endedAt = runs.Values.Max(r => r.EndedAt);
        var took = core.Clock.GetElapsedTime(since, Math.Max(since, endedAt)) / runs.Count;
        since = saidAt = Math.Max(since, endedAt);
        foreach (var done in runs.Values)
        {
            instruments?.Closed(took);
            Trace("settle run", took)?.SetTag("settlement.run", Show(done.ToUs)).SetTag("settlement.accounts", done.Count)
                .SetTag("settlement.rows", done.Rows).SetTag("settlement.calls", (long)done.Calls).Dispose();
            RunSettled(log, Show(done.ToUs), took.TotalSeconds, done.Count, done.Rows, done.Calls, Ahead(runs.Values.Last().Left));
        }

        runs.Clear();
        isBatchTold = false;
    }

    /// <summary>
    /// Hours that have closed since and are in no run. Runs are recorded by whichever worker begins them, so hours that another worker settles are
    /// not taken for empty ones.
    /// </summary>
    private void TellEmptyHours(StoreState before)
    {
        var (now, runs) = core.Store.Read(session => StoreState.Of(session) is var state && state.ClosedHour > before.ClosedHour
            ? (state, ClosingRuns.Between(session, before.ClosedSlot, state.ClosedSlot)) : (state, []));
        var from = before.ClosedHour.Next;
        foreach (var run in runs.Append(new ClosingRun(0, now.ClosedSlot, now.ClosedSlot)))
        {
            TellEmpty(from, run.AfterHour);
            from = run.ToHour.Next;
        }

        told = now;
    }

    private void TellEmpty(BillingHour from, BillingHour to)
    {
        if (from > to)
            return;
        if (from == StoreState.NoClosedHour.Next)
            EmptyUpTo(log, Show(to.Next.StartUs));
        else
            Empty(log, Show(from.StartUs), Show(to.Next.StartUs), to.Number - from.Number + 1);
    }

    /// <summary>A span of what has just been done.</summary>
    private System.Diagnostics.Activity? Trace(string name, TimeSpan took) => Tracing.Past(name, core.Clock.GetUtcNow() - took);

    private string Show(long us) => core.Store.Settings.TimeZone.Show(us);

    private static string Ahead(TimeSpan? left) => left is { } time ? $"; caught up in about {TimeSpan.FromSeconds((long)time.TotalSeconds)}" : "";

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Settled the run of {Run} in {Seconds:0.0} s: accounts {Accounts}, bill rows {Rows}, calls {Calls}{Ahead}")]
    private static partial void RunSettled(ILogger log, string run, double seconds, long accounts, long rows, Int128 calls, string ahead);

    [LoggerMessage(Level = LogLevel.Information, Message = "Closed without usage: {From} to {To}, hours {Hours}")]
    private static partial void Empty(ILogger log, string from, string to, long hours);

    [LoggerMessage(Level = LogLevel.Information, Message = "Closed without usage: every hour before {To}")]
    private static partial void EmptyUpTo(ILogger log, string to);

    [LoggerMessage(Level = LogLevel.Information, Message = "Answered in {Seconds:0.0} s: commands {Commands}, due {Due}{Ahead}")]
    private static partial void CommandsAnswered(ILogger log, double seconds, long commands, string due, string ahead);

    [LoggerMessage(Level = LogLevel.Information, Message = "Done in {Seconds:0.0} s: steps of lots and accounts {Steps}, due {Due}{Ahead}")]
    private static partial void StepsDone(ILogger log, double seconds, long steps, string due, string ahead);

    [LoggerMessage(Level = LogLevel.Information, Message = "Under way: {What} {Count}, due {Due}{Ahead}")]
    private static partial void UnderWay(ILogger log, string what, long count, string due, string ahead);

    /// <summary>Things of one kind that were done one after the other; for accounts, those of one run.</summary>
    private sealed class Bunch(string what, long dueUs)
    {
        public string What { get; } = what;

        public long FromUs { get; } = dueUs;

        public long ToUs { get; set; } = dueUs;

        public long Count { get; set; }

        /// <summary>The count that the time line reported last.</summary>
        public long Seen { get; set; }

        public long Rows { get; set; }

        public Int128 Calls { get; set; }

        public long EndedAt { get; set; }

        public TimeSpan? Left { get; set; }
    }
}
