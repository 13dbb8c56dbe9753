using Settlement.Domain.Time;

namespace Settlement.Domain.Settling;

/// <summary>
/// The pieces of an hour. It is cut at every instant at which a subscription or any lot of the scope, used up or not, begins or ends (6.2). Within a
/// piece the same lots are live, and the scope is either subscribed throughout or not at all.
/// </summary>
public sealed class HourCuts
{
    private readonly long[] boundaries;

    public HourCuts(BillingHour hour, IEnumerable<long> instants)
    {
        var period = hour.Period;
        boundaries = [period.StartUs, .. instants.Where(us => us > period.StartUs && us < period.EndUs).Distinct().Order(), period.EndUs];
    }

    public bool IsWhole => boundaries.Length == 2;

    /// <summary>The piece that an instant of the hour lies in.</summary>
    public Period PieceAt(long us)
    {
        var found = Array.BinarySearch(boundaries, us);
        var start = found >= 0 ? found : ~found - 1;
        return new Period(boundaries[start], boundaries[start + 1]);
    }
}
