using Settlement.Domain.Time;
using Settlement.Engine.Clock;
using Settlement.Storage.Clock;

namespace Settlement.Worker.Running;

/// <summary>What is wrong with the clock, or with the time line compared with it.</summary>
/// <param name="Reason">In fixed words, which anyone may see.</param>
/// <param name="Cause">In detail, with the times and what to do.</param>
/// <param name="StopsTime">Whether nothing that is due is done until this is settled.</param>
internal sealed record ClockDoubt(string Reason, string Cause, bool StopsTime)
{
    /// <returns>The first doubt that applies; null if there is none.</returns>
    /// <param name="aliveUs">What <see cref="ClockFacts.IsJump"/> asks for.</param>
    public static ClockDoubt? Of(ClockFacts facts, long nowUs, long aliveUs, BillingZone zone)
    {
        if (facts.DifferenceUs(nowUs) is not null)
            return new("the clock differs from the database's", Difference(facts, nowUs, zone), StopsTime: true);
        if (facts.IsJump(nowUs, aliveUs))
        {
            return new(
                "the clock is more than a day past the last activity",
                $"the clock says {zone.Show(nowUs)}, the last hourly run was {zone.Show(facts.LastRunUs)}, and no usage of the last day has come in; "
                + $"if the clock is right, say so: settlement clock confirm {zone.Show(nowUs - (nowUs % Instant.PerSecondUs))}",
                StopsTime: true);
        }

        return facts.IsAheadOf(nowUs) ? new("hours are closed ahead of the clock", Ahead(facts, nowUs, zone), StopsTime: false) : null;
    }

    public static string Difference(ClockFacts facts, long nowUs, BillingZone zone) =>
        $"the clock says {zone.Show(nowUs)}, the database's {zone.Show(facts.DatabaseUs!.Value)}; "
        + $"they may differ by {ClockRows.MaxDifferenceUs / (60 * Instant.PerSecondUs)} minutes";

    public static string Ahead(ClockFacts facts, long nowUs, BillingZone zone) =>
        $"the clock says {zone.Show(nowUs)}, the time line has passed {zone.Show(facts.PassedUs)}: the clock is behind, or was ahead once; "
        + "if it is right now: settlement clock back --dry-run";
}
