
using Settlement.Domain.Commands;
using Settlement.Domain.Lifecycle;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Settlement.Engine.Closings;
using Settlement.Engine.Commands;
using Settlement.Engine.Lifecycle;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Closings;
using Settlement.Storage.Engines;

namespace Settlement.Engine;

/// <summary>
/// The only thing that makes time pass (2.4): does what is due, in the order of due time; at one instant commands first, then the closing, then lots, attempts and
/// arrears. What is due is read from the database, so it may be called at any time, by anyone, any number of times.
/// </summary>
public sealed partial class Timeline(
    SettlementStore store, ClosingStore closings, CommandStore commands, LifecycleStore lifecycle, RetryStore retries, Releases releases, TimeProvider clock)
{
    private const int CommandsPerTransaction = 200;
    private const int CommandsPerLook = 10_000;
    /// <summary>What whoever drives it has claimed.</summary>
    public const string ClaimName = "timeline";
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    private readonly Lock gate = new();
    private CancellationToken stopping;
    private WorkClaim? claim;
    private long settledAccounts;

    /// <summary>Told after each piece of work that took a transaction: what was done, and its due instant.</summary>
    public Action<TimelineStep>? Progress { get; set; }

    /// <summary>Told of the plans of a closing, batch by batch, once they are committed.</summary>
    public Action<ClosingRun, IReadOnlyList<Plan>>? Settled { get; set; }

    /// <summary>Told of every lifecycle step and its plan, which may change nothing, once it is committed.</summary>
    public Action<AgendaEntry, Plan>? Stepped { get; set; }

    private long NowUs => Instant.OfUs(clock.GetUtcNow());

    /// <summary>
    /// Does everything due at or before an instant. Cancelled, it stops between two transactions; the rest is still due. While another worker drives the time line,
    /// it settles parts of the closing under way, then does what is left.
    /// </summary>
    public void AdvanceTo(long untilUs, CancellationToken cancel = default) => Drive(cancel, () =>
    {
        FinishRun();
        while (FinishReleases(() => DueUs(untilUs)) is { } dueUs)
        {
            stopping.ThrowIfCancellationRequested();
            Do(dueUs, untilUs);
        }

        PassEmptyRuns(untilUs);
    });

    /// <summary>Closes what is due now whatever the time of the hour: <c>run-job</c> and the verb <c>close</c> (2.3).</summary>
    public void CloseNow(long dueUs) => Drive(CancellationToken.None, () =>
    {
        AdvanceTo(dueUs);
        Close(dueUs, hourly: false);
    });

    /// <summary>
    /// Applies the commands that take effect at or before an instant, and what is due before each of them; what else is due at that instant waits (commands come
    /// first).
    /// </summary>
    public void ApplyCommands(long untilUs) => Drive(CancellationToken.None, () =>
    {
        while (FinishReleases(() => store.Read(CommandStore.NextAtUs)) is { } atUs && atUs <= untilUs)
        {
            AdvanceTo(Math.Min(atUs, untilUs) - 1);
            Apply(atUs, untilUs);
        }
    });

    /// <summary>
    /// The earliest instant at or before the limit at which something will really happen; empty hours do not count. A run that somebody has begun is due until it is
    /// finished, and so is a release.
    /// </summary>
    public long? NextDueUs(long limitUs) =>
        (store.Read(ClosingRuns.Unfinished)?.DueUs is { } begunUs && begunUs <= limitUs ? begunUs : (long?)null)
        ?? (store.Read(Releases.WaitingSinceUs) is { } sinceUs && sinceUs <= limitUs ? sinceUs : DueUs(limitUs));

    /// <summary>Looks at what is due when every call that was set free is stored: until then an hour may seem empty that is not.</summary>
    private long? FinishReleases(Func<long?> look)
    {
        releases.Finish(claim, stopping);
        return look();
    }

    private long? DueUs(long limitUs) => store.Read(session =>
    {
        var state = StoreState.Of(session);
        long?[] due = [CommandStore.NextAtUs(session), OtherDueUs(session, state)];
        return due.Where(d => d <= limitUs).Min();
    });

    /// <summary>When something falls due that is no command.</summary>
    private long? OtherDueUs(Session session, StoreState state)
    {
        long?[] due = [LifecycleStore.NextDueUs(session), NextRunUs(session, state)];
        return due.Min();
    }

    /// <summary>The hourly run that closes the next hour with usage, or null when there is none to come.</summary>
    private long? NextRunUs(Session session, StoreState state)
    {
        if (state.HeldSinceUs is not null || ClosingRuns.NextSlot(session, state.ClosedSlot) is not { } slot)
            return null;
        var nextRunUs = state.LastRunUs + Instant.PerHourUs;
        if (SettleSlot.HourOf(slot) == state.ClosedHour)
            return nextRunUs;
        return Math.Max(nextRunUs, BillingHour.FirstOnTheHourUs(BillingHour.StartUs(SettleSlot.HourOf(slot) + 1) + store.Settings.CloseDelayUs));
    }

    /// <summary>One at a time drives the time line, in all processes; who loses the claim over a long halt starts again.</summary>
    private void Drive(CancellationToken cancel, Action work)
    {
        lock (gate)
        {
            if (claim is not null)
            {
                work();
                return;
            }

            stopping = cancel;
            while (!TryDrive(work))
            {
                cancel.ThrowIfCancellationRequested();
                if (!TakePart())
                    Thread.Sleep(LookAgain);
            }
        }
    }

    private bool TryDrive(Action work)
    {
        claim = store.Engine.TryClaim(ClaimName);
        if (claim is null)
            return false;
        try
        {
            work();
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

    private void Do(long dueUs, long untilUs)
    {
        var (nextCommand, nextRun) = store.Read(s => (CommandStore.NextAtUs(s), NextRunUs(s, StoreState.Of(s))));
        if (nextCommand <= dueUs)
        {
            PassEmptyRuns(nextCommand.Value - 1);
            Apply(nextCommand.Value, untilUs);
        }
        else if (nextRun <= dueUs)
        {
            PassEmptyRuns(dueUs - 1);
            Close(dueUs, hourly: true);
            PassRun(dueUs);
        }
        else
        {
            PassEmptyRuns(dueUs);
            var steps = lifecycle.Step(dueUs, () => NowUs, Stepped, claim);
            Progress?.Invoke(new TimelineStep("lifecycle", dueUs, steps));
        }
    }

    private void Apply(long atUs, long untilUs)
    {
        var waiting = store.Read(s => WaitingFrom(s, atUs, untilUs));
        for (var next = 0; next < waiting.Count;)
        {
            var chunk = CommandChunk(waiting, next);
            // Answered when the closing it asks for is done: a crash in between finds it waiting still, and the closing made.
            if (CommandStore.RunsClosing(chunk[0]))
                Close(chunk[0].AtUs, hourly: false);
            commands.Apply(chunk, NowUs, claim);
            next += chunk.Count;
            Progress?.Invoke(new TimelineStep("commands", atUs, next));
        }
    }

    /// <summary>
    /// The commands of an instant, and those after it for as long as none before them makes anything due and nothing else is due: some thousands of
    /// subscriptions, each at its own time, need not be some thousands of transactions.
    /// </summary>
    private List<WaitingCommand> WaitingFrom(Session session, long atUs, long untilUs)
    {
        var quietUntilUs = Math.Min(untilUs, OtherDueUs(session, StoreState.Of(session)) ?? untilUs);
        var waiting = new List<WaitingCommand>();
        var quiet = true;
        foreach (var command in CommandStore.Waiting(session, Math.Max(atUs, quietUntilUs), CommandsPerLook))
        {
            quiet &= CommandType.MakesNothingDue(command.Type);
            if (command.AtUs > atUs && !quiet)
                break;
            waiting.Add(command);
        }

        return waiting;
    }

    /// <summary>Some commands to a transaction; one that runs a closing has its own.</summary>
    private static List<WaitingCommand> CommandChunk(List<WaitingCommand> waiting, int start)
    {
        var chunk = new List<WaitingCommand>();
        foreach (var command in waiting.Skip(start).Take(CommandsPerTransaction))
        {
            var runsClosing = CommandStore.RunsClosing(command);
            if (!runsClosing || chunk.Count == 0)
                chunk.Add(command);
            if (runsClosing)
                break;
        }

        return chunk;
    }

    /// <summary>
    /// Whoever left a run unfinished, it is finished before the next one begins. What beginning returned does not matter: its first try may have committed without
    /// an answer, so the store is asked what there is to settle.
    /// </summary>
    private void Close(long dueUs, bool hourly)
    {
        FinishRun();
        closings.Begin(dueUs, hourly, claim);
        FinishRun();
    }

    /// <summary>Settles the run under way, if there is one, with whoever helps, and ends it.</summary>
    private void FinishRun()
    {
        if (store.Read(ClosingRuns.Unfinished) is not { } run)
            return;
        settledAccounts = 0;
        while (closings.OpenParts(run).Count > 0)
        {
            if (!TakePart())
                Thread.Sleep(LookAgain);
            stopping.ThrowIfCancellationRequested();
        }

        closings.Finish(run, NowUs, claim);
    }

    /// <summary>Settles a part of the run under way that nobody has; false when there is none.</summary>
    private bool TakePart()
    {
        if (store.Read(ClosingRuns.Unfinished) is not { } run)
            return false;
        foreach (var part in closings.OpenParts(run))
        {
            using var mine = closings.TryClaim(part);
            if (mine is null)
                continue;
            try
            {
                closings.SettlePart(run, part, () => NowUs, (_, plans) => Told(run, plans), mine);
            }
            catch (ClaimLostException)
            {
                // Whoever has taken it over goes on with it.
            }

            return true;
        }

        return false;
    }

    private void Told(ClosingRun run, IReadOnlyList<Plan> plans)
    {
        settledAccounts += plans.Count;
        Settled?.Invoke(run, plans);
        Progress?.Invoke(new TimelineStep("accounts", run.DueUs, settledAccounts));
        stopping.ThrowIfCancellationRequested();
    }

    /// <summary>Hourly runs with nothing to settle: they only close their hours, all in one step.</summary>
    private void PassEmptyRuns(long untilUs)
    {
        var last = BillingHour.StartUs(BillingHour.Of(untilUs));
        if (store.Read(StoreState.Of).LastRunUs >= last)
            return;
        Close(last, hourly: true);
        PassRun(last);
    }

    private void PassRun(long dueUs) => store.Write(session => session.Execute("store/pass-run", new { LastRunUs = dueUs }), claim);
}

/// <summary>A piece of work done on the time line: what, due when, how many so far.</summary>
public readonly record struct TimelineStep(string What, long DueUs, long Count);
