using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Worker.Settings;
using Settlement.Worker.Telemetry;

namespace Settlement.Worker.Running;

/// <summary>
/// What the database's figures say that this worker should not put up with: a schema of another program, work that is due and not done, notices that
/// wait although the broker is there.
/// </summary>
internal sealed class Lateness
{
    /// <summary>How long something may be due and not done, beyond the time that the time line may wait for the broker.</summary>
    public static readonly TimeSpan LateAfter = TimeSpan.FromMinutes(15);

    /// <summary>How long notices may wait while the broker is there.</summary>
    public static readonly TimeSpan NoticesLateAfter = TimeSpan.FromMinutes(15);

    /// <summary>What is younger is on its way.</summary>
    private const long YoungUs = 60 * Instant.PerSecondUs;

    private readonly SettlementCore core;
    private readonly Lasting due;
    private readonly Lasting notices;
    private readonly TimeSpan dueBound;

    public Lateness(SettlementCore core, WorkerSettings settings)
    {
        this.core = core;
        dueBound = LateAfter + TimeSpan.FromTicks(settings.Billing.DrainTimeoutUs * 10);
        (due, notices) = (new Lasting(dueBound, core.Clock), new Lasting(NoticesLateAfter, core.Clock));
    }

    /// <summary>To be called again and again: what lasts is found by looking.</summary>
    /// <param name="known">Null: the database has not told.</param>
    /// <param name="canPublish">Whether there is a broker that takes notices.</param>
    public IEnumerable<Failure> Look(StoreFigures? known, bool canPublish)
    {
        if (known is { Schema.Count: > 0 })
            return [new Failure("schema", "the database's schema is not this program's", null, string.Join("; ", known.Schema))];
        var failures = new List<Failure>();
        bool? isDue = known is null ? null : IsOld(known.DueSinceUs, known.AtUs);
        if (due.Look(isDue) && known?.DueSinceUs is { } dueUs)
            failures.Add(
                new Failure("late", "what is due is not done in time", dueUs, $"the first of it was due at {Show(dueUs)}; it may take {dueBound}"));
        bool? waits = !canPublish ? false : known is null ? null : IsOld(known.Outbox.OldestUs, known.AtUs);
        if (notices.Look(waits) && known?.Outbox.OldestUs is { } oldestUs)
            failures.Add(
                new Failure("outbox", "notices are not published in time", oldestUs, $"{known.Outbox.Notices} wait; it may take {NoticesLateAfter}"));
        return failures;
    }

    private static bool IsOld(long? us, long nowUs) => us is { } then && nowUs - then > YoungUs;

    private string Show(long us) => core.Store.Settings.TimeZone.Show(us);
}
