using System.Globalization;
using Settlement.Domain.Time;

namespace Settlement.Worker.Output;

/// <summary>Numbers and ages as people read them; programs get plain values.</summary>
internal static class Figures
{
    private const int ToTheSecond = 19;

    public static string Count(Int128 number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Plain(Int128 number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>One or several of something: <c>1 call</c>, <c>2,000 calls</c>.</summary>
    public static string Of(Int128 number, string one, string? many = null) => $"{Count(number)} {(number == 1 ? one : many ?? one + "s")}";

    /// <summary>A time as tables show it, where the zone is stated once: no offset, seconds only if there are any, cut to the second.</summary>
    public static string? Short(string? time)
    {
        if (time is null)
            return null;
        var text = time[..ToTheSecond].Replace('T', ' ');
        return text.EndsWith(":00", StringComparison.Ordinal) ? text[..^3] : text;
    }

    /// <summary>A period as tables show it; the day is shown once if both ends are on it.</summary>
    public static string? Short(string? start, string? end) =>
        start is null || end is null ? null
        : start[..10] == end[..10] ? $"{Short(start)} - {Short(end)![11..]}" : $"{Short(start)} - {Short(end)}";

    /// <summary>The life of a lot: it ends before midnight, so people are shown the last second of its expiry date (3.1).</summary>
    public static string? Life(string? start, string? end) => Short(start, LastSecond(end));

    public static string? LastSecond(string? end) =>
        end is null ? null : DateTimeOffset.Parse(end, CultureInfo.InvariantCulture).AddSeconds(-1)
            .ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    /// <summary>The two largest units of a duration: <c>3 d 4 h</c>.</summary>
    public static string Age(long us)
    {
        var span = TimeSpan.FromTicks(Math.Max(0, us) * 10);
        return us >= Instant.PerDayUs ? Pair(span.Days, "d", span.Hours, "h")
            : us >= Instant.PerHourUs ? Pair(span.Hours, "h", span.Minutes, "min")
            : us >= 60 * Instant.PerSecondUs ? Pair(span.Minutes, "min", span.Seconds, "s")
            : string.Create(CultureInfo.InvariantCulture, $"{span.Seconds} s");
    }

    private static string Pair(int large, string largeUnit, int small, string smallUnit) =>
        string.Create(CultureInfo.InvariantCulture, $"{large:N0} {largeUnit}{(small == 0 ? "" : $" {small} {smallUnit}")}");
}
