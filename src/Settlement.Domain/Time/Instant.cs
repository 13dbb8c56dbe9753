using System.Globalization;

namespace Settlement.Domain.Time;

/// <summary>Instants are <c>long</c> microseconds since 1970-01-01T00:00:00Z; names end in <c>Us</c>.</summary>
public static class Instant
{
    public const long PerSecondUs = 1_000_000;
    public const long PerHourUs = 3_600 * PerSecondUs;
    public const long PerDayUs = 24 * PerHourUs;

    /// <summary>An end that never comes: the end of an open subscription.</summary>
    public const long NeverUs = long.MaxValue;

    /// <summary>The first and last instants that text can express: the years 0001 to 9999 in UTC.</summary>
    public const long FirstUs = -62_135_596_800_000_000;
    public const long LastUs = 253_402_300_799_999_999;

    public static long OfUs(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10;

    public static DateTimeOffset ToUtc(long us) => DateTimeOffset.UnixEpoch.AddTicks(us * 10);

    /// <summary>
    /// Reads RFC 3339 with any precision, cut to the microsecond. Text without an offset is refused unless <paramref name="defaultOffset"/> is given
    /// (scenario files: the billing zone).
    /// </summary>
    public static bool TryParse(string text, out long us, TimeSpan? defaultOffset = null)
    {
        us = 0;
        if (text.Length < 19 || text[4] != '-' || text[7] != '-' || (text[10] is not ('T' or 't')) || text[13] != ':' || text[16] != ':')
            return false;
        if (!Digits(text, 0, 4, out var year) || !Digits(text, 5, 2, out var month) || !Digits(text, 8, 2, out var day)
            || !Digits(text, 11, 2, out var hour) || !Digits(text, 14, 2, out var minute) || !Digits(text, 17, 2, out var second))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;

        var i = 19;
        long fractionUs = 0;
        if (i < text.Length && text[i] == '.')
        {
            var first = ++i;
            long scale = PerSecondUs / 10;
            for (; i < text.Length && char.IsAsciiDigit(text[i]); i++, scale /= 10)
                fractionUs += (text[i] - '0') * scale;
            if (i == first)
                return false;
        }

        if (!Offset(text, i, defaultOffset, out var offsetUs))
            return false;
        var ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks - DateTimeOffset.UnixEpoch.Ticks;
        us = ticks / 10 + fractionUs - offsetUs;
        return us is >= FirstUs and <= LastUs;
    }

    /// <summary>An instant for people to read: in the given offset, with a fraction only if it is not zero, and without trailing zeros.</summary>
    public static string Show(long us, int offsetHours)
    {
        // The very first and last hours have no time of day in some zones.
        if (us + offsetHours * PerHourUs is < FirstUs or > LastUs)
            offsetHours = 0;
        var local = ToUtc(us).ToOffset(TimeSpan.FromHours(offsetHours));
        var fraction = us % PerSecondUs == 0 ? "" : "." + ((us % PerSecondUs + PerSecondUs) % PerSecondUs)
            .ToString("D6", CultureInfo.InvariantCulture).TrimEnd('0');
        return local.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + fraction + local.ToString("zzz", CultureInfo.InvariantCulture);
    }

    private static bool Offset(string text, int i, TimeSpan? defaultOffset, out long offsetUs)
    {
        offsetUs = 0;
        if (i == text.Length)
        {
            offsetUs = (defaultOffset ?? TimeSpan.Zero).Ticks / 10;
            return defaultOffset is not null;
        }

        if (text[i] is 'Z' or 'z')
            return i + 1 == text.Length;
        if (text[i] is not ('+' or '-') || i + 6 != text.Length || text[i + 3] != ':')
            return false;
        if (!Digits(text, i + 1, 2, out var hours) || !Digits(text, i + 4, 2, out var minutes) || hours > 23 || minutes > 59)
            return false;
        offsetUs = (hours * 60 + minutes) * 60 * PerSecondUs * (text[i] == '-' ? -1 : 1);
        return true;
    }

    private static bool Digits(string text, int start, int count, out int value)
    {
        value = 0;
        for (var i = start; i < start + count; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
                return false;
            value = value * 10 + (text[i] - '0');
        }

        return true;
    }
}
