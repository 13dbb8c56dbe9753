using Settlement.Engine.Commands;
using Settlement.Engine.Lifecycle;
using Settlement.Engine.Spans;
using Settlement.Engine.Usage;
using Settlement.Storage;

namespace Settlement.Engine;

/// <summary>What can fall due. Of those due at one instant, the first in this order comes first (2.4).</summary>
public enum DueKind
{
    /// <summary>A span that was begun and is not done. It is finished before anything else.</summary>
    Span,

    /// <summary>Calls that a command or a catalog has set free and that are not stored yet. Until they are, an hour may seem empty although it is not.</summary>
    Release,

    Command,

    /// <summary>An hourly run that closes an hour with usage. Empty hours are never due.</summary>
    Closing,

    /// <summary>A step in the life of a lot or an account.</summary>
    Step,
}

/// <summary>What falls due next on the time line, and when.</summary>
public readonly record struct NextDue(DueKind Kind, long AtUs)
{
    /// <summary>The next thing due at or before a limit, seen at one moment; null if there is none.</summary>
    internal static NextDue? Of(Session session, SpanOpening spans, long limitUs) =>
        Within(limitUs, (DueKind.Span, Span.Open(session)?.BegunUs))
        ?? Within(limitUs, (DueKind.Release, Releases.WaitingSinceUs(session)))
        ?? WorkOf(session, spans, limitUs);

    /// <summary>The same once no span is under way and all that was set free is stored.</summary>
    internal static NextDue? WorkOf(Session session, SpanOpening spans, long limitUs) => Within(
        limitUs,
        (DueKind.Command, CommandInbox.NextAtUs(session)),
        (DueKind.Closing, spans.NextRunUs(session)),
        (DueKind.Step, AgendaSteps.NextDueUs(session)));

    private static NextDue? Within(long limitUs, params ReadOnlySpan<(DueKind Kind, long? AtUs)> all)
    {
        NextDue? first = null;
        foreach (var (kind, at) in all)
        {
            if (at is { } us && us <= limitUs && !(first?.AtUs <= us))
                first = new NextDue(kind, us);
        }

        return first;
    }
}
