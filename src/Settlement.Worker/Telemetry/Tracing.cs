using System.Diagnostics;

namespace Settlement.Worker.Telemetry;

/// <summary>
/// The spans of our own. They carry counts and instants of the time line, never what a customer or an agent has sent. Without a listener they cost
/// nothing.
/// </summary>
internal static class Tracing
{
    public const string Name = "Settlement";

    public static readonly ActivitySource Source = new(Name);

    /// <summary>The header in which a sender says what span a message belongs to (W3C).</summary>
    public const string Parent = "traceparent";

    /// <summary>A batch of messages from several senders: one span that is linked to the span of each, as far as they sent one.</summary>
    /// <param name="parents">Only read if somebody listens.</param>
    public static Activity? Batch(IEnumerable<string?> parents, int messages)
    {
        if (!Source.HasListeners())
            return null;
        var links = new List<ActivityLink>();
        foreach (var parent in parents)
        {
            if (ActivityContext.TryParse(parent, null, isRemote: true, out var context))
                links.Add(new ActivityLink(context));
        }

        return Source.StartActivity(ActivityKind.Consumer, links: links, name: "take in messages")?.SetTag("settlement.messages", messages);
    }

    /// <summary>Work that only now turns out to have been done: a span from its start until now.</summary>
    public static Activity? Past(string name, DateTimeOffset startedAt) =>
        Source.HasListeners() ? Source.StartActivity(name, ActivityKind.Internal, default(ActivityContext), startTime: startedAt) : null;

    /// <summary>Marks a span as failed. The error's text may repeat what was sent, so only its kind is told.</summary>
    /// <returns>Always false: the error is thrown on.</returns>
    public static bool Failed(this Activity? span, Exception error)
    {
        span?.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
        return false;
    }

    /// <summary>A span that turned out to be about nothing is not exported.</summary>
    public static void Forget(this Activity? span)
    {
        if (span is not null)
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
