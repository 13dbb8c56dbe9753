namespace Settlement.Worker.Running;

/// <summary>What the running worker knows about itself beyond the database, for its health.</summary>
internal sealed class WorkerState
{
    /// <summary>Why the time line can't go on just now; null while it can.</summary>
    public OngoingFailure? TimelineFailure { get; private set; }

    /// <summary>What is wrong with the clock, or with the time line compared with it; null if nothing is.</summary>
    public ClockDoubt? Clock { get; private set; }

    /// <summary>Since when, by the clock in doubt.</summary>
    public DateTimeOffset ClockSince { get; private set; }

    public IntakeState Usage { get; } = new();

    public IntakeState Commands { get; } = new();

    /// <summary>Why hours have closed without what waits in the broker; null once messages are taken in and stored again.</summary>
    public string? ClosingWithoutIntake { get; set; }

    /// <summary>The clock was judged at an instant.</summary>
    public void ClockJudged(DateTimeOffset at, ClockDoubt? doubt)
    {
        if (doubt?.Reason != Clock?.Reason)
            ClockSince = at;
        Clock = doubt;
    }

    /// <summary>The time line was tried at an instant; if there is no cause, it worked.</summary>
    public void TimelineTried(DateTimeOffset at, string? cause) => TimelineFailure = OngoingFailure.Next(TimelineFailure, at, cause);
}

/// <summary>Something has failed at every try since an instant.</summary>
/// <param name="Cause">The cause of the last try.</param>
internal sealed record OngoingFailure(DateTimeOffset Since, string Cause, long Tries)
{
    public static OngoingFailure? Next(OngoingFailure? before, DateTimeOffset at, string? cause) =>
        cause is null ? null : new OngoingFailure(before?.Since ?? at, cause, (before?.Tries ?? 0) + 1);
}
