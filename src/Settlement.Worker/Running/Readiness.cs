using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Parking;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;
using Settlement.Worker.Telemetry;

namespace Settlement.Worker.Running;

/// <summary>Why the worker can't do its work right now.</summary>
/// <param name="What">The part that can't: <c>broker</c>, <c>database</c>, <c>schema</c>, <c>usage</c>, <c>commands</c>, <c>time-line</c>,
/// <c>late</c>, <c>clock</c>, <c>closing</c>, <c>notices</c>, <c>outbox</c>.</param>
/// <param name="Reason">In fixed words, which anyone may see.</param>
/// <param name="Cause">The error's own text without secrets, for those who may see it.</param>
internal sealed record Unready(string What, string Reason, string? Since, string? Cause);

/// <summary>What fails, and since when if that is known; the rest is as in <see cref="Unready"/>.</summary>
internal sealed record Failure(string What, string Reason, long? SinceUs, string? Cause);

/// <param name="Reasons">Why the worker is not ready; empty if it is.</param>
/// <param name="Notes">What does not keep it from being ready.</param>
internal sealed record Standing(IReadOnlyList<Unready> Reasons, IReadOnlyList<StoreNote> Notes);

/// <summary>
/// Ready means that messages are taken in and stored, what is due is done in time, and the database answers. However often this is asked, it costs
/// the database one read a second.
/// </summary>
internal sealed class Readiness(
    SettlementCore core, BrokerLink link, WorkerState state, FiguresKeeper figures, WorkerSettings settings, Secrets secrets)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Lateness lateness = new(core, settings);
    private volatile IReadOnlyCollection<string>? unready;
    private Task<Told>? asked;
    private long askedAt;

    /// <summary>The parts that were not ready when this was last asked. Asks nobody.</summary>
    public IReadOnlyCollection<string> LastUnready => unready ?? [.. Failures().Select(f => f.What)];

    /// <summary>Answers within a second, whatever the database does.</summary>
    public async Task<Standing> AskAsync()
    {
        var told = await AskDatabaseAsync();
        var reasons = Failures().Select(Shown);
        if (told.Cause is { } cause)
            reasons = reasons.Prepend(new Unready("database", "the database does not answer", null, cause));
        var standing = new Standing([.. reasons], told.Notes);
        unready = [.. standing.Reasons.Select(r => r.What).Distinct(StringComparer.Ordinal)];
        return standing;
    }

    /// <summary>
    /// Why the worker has not started yet; empty once it has, for ever. Its store is open, and its schema was right, before anybody can ask.
    /// </summary>
    public IReadOnlyList<Unready> NotStarted() =>
        link.HasBeenUp ? [] : [.. Failures().Where(f => f.What == "broker").Select(Shown)];

    /// <summary>What this worker knows without asking anybody.</summary>
    public IReadOnlyList<Failure> Failures()
    {
        var failures = new List<Failure>();
        if (link.Fault is { } fault)
            failures.Add(new Failure("broker", "no messages can be taken in from the broker", OfUs(fault.Since), fault.Cause));
        if (state.Usage.FailureAt(core.NowUs) is { } usage)
            failures.Add(new Failure("usage", "usage can't be stored", usage.SinceUs, usage.Cause));
        if (state.Commands.FailureAt(core.NowUs) is { } commands)
            failures.Add(new Failure("commands", "commands can't be stored", commands.SinceUs, commands.Cause));
        if (state.TimelineFailure is { } failure)
            failures.Add(new Failure("time-line", "what is due can't be done", OfUs(failure.Since), failure.Cause));
        if (state.Clock is { } clock)
            failures.Add(new Failure("clock", clock.Reason, OfUs(state.ClockSince), clock.Cause));
        if (state.ClosingWithoutIntake is { } missing)
            failures.Add(new Failure("closing", "hours close without what waits in the broker", null, missing));
        if (link.NoticesCause is { } notices)
            failures.Add(new Failure("notices", "notices can't be published", null, notices));
        failures.AddRange(lateness.Look(figures.Latest, settings.RabbitMq.HasHost && link.Fault is null && link.NoticesCause is null));
        return failures.ConvertAll(f => f with { Cause = f.Cause is null ? null : secrets.Hide(f.Cause) });
    }

    private static long OfUs(DateTimeOffset at) => Domain.Time.Instant.OfUs(at);

    private Unready Shown(Failure failure) =>
        new(failure.What, failure.Reason, failure.SinceUs is { } us ? core.Store.Settings.TimeZone.Show(us) : null, failure.Cause);

    /// <summary>One read at a time, and its answer is kept for a moment. If a read hangs, no second one is started.</summary>
    private async Task<Told> AskDatabaseAsync()
    {
        Task<Told> answer;
        TimeSpan left;
        lock (gate)
        {
            if (asked is null || (asked.IsCompleted && TimeProvider.System.GetElapsedTime(askedAt) > Keep))
                (asked, askedAt) = (Task.Run(AskDatabase), TimeProvider.System.GetTimestamp());
            (answer, left) = (asked, Limit - TimeProvider.System.GetElapsedTime(askedAt));
        }

        try
        {
            return await answer.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
        catch (TimeoutException)
        {
            return new Told($"no answer within {Limit.TotalSeconds:0} s", []);
        }
    }

    private Told AskDatabase()
    {
        try
        {
            return new Told(
                null, core.Store.Read(session => StoreNote.Of(StoreState.Of(session), ParkedAccounts.Count(session), core.Store.Settings.TimeZone)));
        }
        catch (Exception e)
        {
            // Whatever the error, it is the answer.
            return new Told(secrets.Hide(e.Message), []);
        }
    }

    /// <param name="Cause">Why the database did not answer; null if it did.</param>
    private sealed record Told(string? Cause, IReadOnlyList<StoreNote> Notes);
}
