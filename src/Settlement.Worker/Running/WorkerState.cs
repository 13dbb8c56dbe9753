namespace Settlement.Worker.Running;

/// <summary>What the running worker knows of itself beyond the database, for its health.</summary>
internal sealed class WorkerState
{
    /// <summary>Why the time line can't go on just now; null while it can.</summary>
    public string? TimelineFailure { get; set; }

    public IntakeState Usage { get; } = new();

    public IntakeState Commands { get; } = new();
}
