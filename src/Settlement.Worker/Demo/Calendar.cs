using Settlement.Domain.Time;

namespace Settlement.Worker.Demo;

/// <summary>The month that the demo plays, in the billing zone, and when its customers are awake.</summary>
internal static class Calendar
{
    public static readonly BillingMonth Month = new(2026 * 12 + 5);
    public const int Days = 30;
    public const long QuarterUs = Instant.PerHourUs / 4;

    public static readonly BillingZone Zone = new(8);

    /// <summary>Shares of a day's calls by hour: busy at 10 and 15, quiet at night.</summary>
    private static readonly int[] Curve = [1, 1, 1, 1, 1, 1, 2, 4, 8, 13, 17, 13, 8, 9, 13, 17, 13, 9, 6, 4, 3, 2, 2, 1];

    private static readonly int WholeDay = Curve.Sum();

    public static readonly long StartUs = At(1, 0, 0);

    /// <summary>The first instant of the next month.</summary>
    public static readonly long EndUs = At(Days + 1, 0, 0);

    /// <summary>The end of the demo: the month's last hours have closed, and so has what was found too late.</summary>
    public static readonly long CurtainUs = At(Days + 2, 12, 0);

    /// <summary>A time of a day; day 31 is 1 July, day 0 is 31 May.</summary>
    public static long At(int day, int hour, int minute, int second = 0) =>
        Zone.MidnightUs(new DateOnly(2026, 6, 1).AddDays(day - 1)) + hour * Instant.PerHourUs + (minute * 60 + second) * Instant.PerSecondUs;

    public static int DayOf(long us) => (int)((us - StartUs) / Instant.PerDayUs) + 1;

    /// <summary>Expected calls of a use in the quarter of an hour that begins at an instant, in thousandths.</summary>
    public static long ExpectedMilli(Use use, long quarterUs)
    {
        var date = Zone.DateOf(quarterUs);
        var hour = (int)((quarterUs - Zone.MidnightUs(date)) / Instant.PerHourUs);
        var percent = date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? use.WeekendPercent : 100;
        return use.CallsPerDay * 1_000L * percent / 100 * Curve[hour] / WholeDay / 4;
    }

    /// <summary>A time as the report shows it: <c>18 Jun 10:00</c>.</summary>
    public static string Show(long us) =>
        Instant.ToUtc(us).ToOffset(Zone.Offset).ToString("dd MMM HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
