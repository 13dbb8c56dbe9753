using System.Diagnostics;
using OpenTelemetry;

namespace Settlement.Worker.Telemetry;

/// <summary>
/// A span of the bus that failed carries the error's text, which may repeat what an agent has sent, and it can't be taken off again. So such a span
/// is not exported, but another one like it that says no more than that it failed.
/// </summary>
internal sealed class WithoutPayload : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data.Source.Name == Tracing.Name || (data.Status != ActivityStatusCode.Error && !data.Events.Any()))
            return;
        data.Forget();
        var parent = new ActivityContext(data.TraceId, data.ParentSpanId, ActivityTraceFlags.Recorded);
        using var like = Tracing.Source.StartActivity(
            data.DisplayName, data.Kind, parent, startTime: new DateTimeOffset(data.StartTimeUtc));
        like?.SetStatus(ActivityStatusCode.Error);
        like?.SetEndTime(data.StartTimeUtc + data.Duration);
    }
}
