using Settlement.Domain.Plans;
using Settlement.Storage;

namespace Settlement.Engine.Commands;

// What others may want to know of the answers, once they stand.
public sealed partial class CommandInbox
{
    /// <summary>Called once for each command that was answered, after the commit.</summary>
    public Action<AnsweredCommand>? Answered { get; set; }

    private void Note(Session session, AnsweredCommand answered)
    {
        if (Answered is { } told)
            session.OnCommit(() => told(answered));
    }
}

/// <summary>How a command was answered.</summary>
/// <param name="Refusal">The code; null if it was applied.</param>
/// <param name="Attempt">The renewal attempt that it made, if any (8.4).</param>
public readonly record struct AnsweredCommand(string Type, string? Refusal, RenewalAttempt? Attempt);
