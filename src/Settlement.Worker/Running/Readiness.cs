
using Settlement.Engine;
using Settlement.Worker.Bus;
using Settlement.Worker.Settings;

namespace Settlement.Worker.Running;

/// <summary>Why the worker can't do its work right now.</summary>
/// <param name="What">The part that can't: <c>broker</c>, <c>database</c>, <c>usage</c>, <c>commands</c>, <c>time-line</c>, <c>clock</c>,
/// <c>closing</c>, <c>notices</c>.</param>
/// <param name="Reason">In fixed words, which anyone may see.</param>
/// <param name="Cause">The error's own text without secrets, for those who may see it.</param>
internal sealed record Unready(string What, string Reason, string? Since, string? Cause);

/// <summary>What fails, and since when if that is known; the rest is as in <see cref="Unready"/>.</summary>
internal sealed record Failure(string What, string Reason, long? SinceUs, string? Cause);

/// <summary>
/// Ready means that messages are taken in and stored, what is due is done, and the database answers. However often this is asked, it costs the
/// database one read a second.
/// </summary>
internal sealed class Readiness(SettlementCore core, BrokerLink link, WorkerState state, Secrets secrets)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private Task<string?>? asked;
    private long askedAt;

    /// <summary>Answers within a second, whatever the database does. Empty means ready.</summary>
    public async Task<IReadOnlyList<Unready>> ReasonsAsync()
    {
        var reasons = Failures().Select(f => new Unready(f.What, f.Reason, f.SinceUs is { } us ? core.Store.Settings.TimeZone.Show(us) : null, f.Cause));
        return await DatabaseCauseAsync() is { } database
            ? [new Unready("database", "the database does not answer", null, database), .. reasons] : [.. reasons];
    }

    /// <summary>What this worker knows without asking anybody.</summary>
    public IReadOnlyList<Failure> Failures()
    {
        var failures = new List<Failure>();
        if (link.Fault is { } fault)
            failures.Add(new Failure("broker", "no messages can be taken in from the broker", OfUs(fault.Since), fault.Cause));
        if (state.Usage.Failure is { } usage)
            failures.Add(new Failure("usage", "usage can't be stored", usage.SinceUs, usage.Cause));
        if (state.Commands.Failure is { } commands)
            failures.Add(new Failure("commands", "commands can't be stored", commands.SinceUs, commands.Cause));
        if (state.TimelineFailure is { } failure)
            failures.Add(new Failure("time-line", "what is due can't be done", OfUs(failure.Since), failure.Cause));
        if (state.Clock is { } clock)
            failures.Add(new Failure("clock", clock.Reason, OfUs(state.ClockSince), clock.Cause));
        if (state.ClosingWithoutIntake is { } missing)
            failures.Add(new Failure("closing", "hours close without what waits in the broker", null, missing));
        if (link.NoticesCause is { } notices)
            failures.Add(new Failure("notices", "notices can't be published", null, notices));
        return failures.ConvertAll(f => f with { Cause = f.Cause is null ? null : secrets.Hide(f.Cause) });
    }

    private static long OfUs(DateTimeOffset at) => Domain.Time.Instant.OfUs(at);

    /// <summary>One read at a time, and its answer is kept for a moment. If a read hangs, no second one is started.</summary>
    private async Task<string?> DatabaseCauseAsync()
    {
        Task<string?> answer;
        TimeSpan left;
        lock (gate)
        {
            if (asked is null || (asked.IsCompleted && TimeProvider.System.GetElapsedTime(askedAt) > Keep))
                (asked, askedAt) = (Task.Run(Ask), TimeProvider.System.GetTimestamp());
            (answer, left) = (asked, Limit - TimeProvider.System.GetElapsedTime(askedAt));
        }

        try
        {
            return await answer.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
        catch (TimeoutException)
        {
            return $"no answer within {Limit.TotalSeconds:0} s";
        }
    }

    private string? Ask()
    {
        try
        {
            core.Store.Read(Storage.StoreState.Of);
            return null;
        }
        catch (Exception e)
        {
            // Whatever the error, it is the answer.
            return secrets.Hide(e.Message);
        }
    }
}
