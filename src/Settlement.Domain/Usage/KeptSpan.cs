using Settlement.Domain.Settings;
using Settlement.Domain.Time;

namespace Settlement.Domain.Usage;

/// <summary>
/// The kept span (7.4): usage of the hours before its start may leave, and no call from before it is ever taken for a new one. The start is always
/// the beginning of an hour, and it only rises.
/// </summary>
public static class KeptSpan
{
    /// <summary>How long usage is kept; null: for ever.</summary>
    public static long? KeptUs(BillingSettings settings) =>
        settings.KeepUsageUs == 0 ? null : Math.Max(settings.KeepUsageUs, settings.MaxUsageAgeUs + BillingSettings.KeptBeyondAgeUs);

    /// <summary>Where the span would begin by the settings alone, when the time line has passed an hourly run; null: nothing ever leaves.</summary>
    public static long? StartUs(BillingSettings settings, long lastRunUs) =>
        KeptUs(settings) is { } us ? BillingHour.LastOnTheHourUs(lastRunUs - us) : null;

    /// <summary>
    /// Where the span begins from now on. It stays where it is unless it is certain what time it is, because what has left does not come back.
    /// </summary>
    /// <param name="startUs">Where it has begun so far; null: nothing has left yet.</param>
    /// <param name="lastRunUs">The last hourly instant that the time line has passed.</param>
    /// <param name="isSure">Whether something confirms that the clock is right.</param>
    public static long? Next(long? startUs, BillingSettings settings, long lastRunUs, bool isSure) =>
        isSure && StartUs(settings, lastRunUs) is { } next && next > (startUs ?? long.MinValue) ? next : startUs;

    /// <summary>
    /// Whether a held call lies before the kept span. Then nobody can tell whether it was billed before: it can be discarded, never released.
    /// </summary>
    public static bool IsForgotten(long? startUs, BillingSettings settings, long lastRunUs, long timeUs) =>
        timeUs < startUs || timeUs < StartUs(settings, lastRunUs);

    /// <summary>
    /// When usage of an hour leaves: with the first hourly run that is not before this instant. Null: never.
    /// </summary>
    public static long? LeavesUs(BillingSettings settings, BillingHour hour) =>
        KeptUs(settings) is { } us ? BillingHour.FirstOnTheHourUs(hour.Next.StartUs + us) : null;
}
