using System.Globalization;

namespace Settlement.Domain.Time;

/// <summary>A fixed offset of whole hours: the zone for days and months (RULES, Words).</summary>
public readonly record struct BillingZone(int OffsetHours)
{
    public TimeSpan Offset => TimeSpan.FromHours(OffsetHours);

    public DateOnly DateOf(long us) =>
        DateOnly.FromDateTime(Instant.ToUtc(Math.Clamp(us + OffsetHours * Instant.PerHourUs, Instant.FirstUs, Instant.LastUs)).DateTime);

    /// <summary>00:00:00 of the date in this zone.</summary>
    public long MidnightUs(DateOnly date) =>
        Instant.OfUs(new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)) - OffsetHours * Instant.PerHourUs;

    public BillingMonth MonthOf(long us) => BillingMonth.Of(DateOf(us));

    public string Show(long us) => Instant.Show(us, OffsetHours);

    /// <summary>"+08:00"; whole hours from -12 to +14.</summary>
    public static bool TryParse(string text, out BillingZone zone)
    {
        zone = default;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':' || text[4] != '0' || text[5] != '0'
            || !char.IsAsciiDigit(text[1]) || !char.IsAsciiDigit(text[2]))
            return false;
        var hours = ((text[1] - '0') * 10 + (text[2] - '0')) * (text[0] == '-' ? -1 : 1);
        zone = new BillingZone(hours);
        return hours is >= -12 and <= 14;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(OffsetHours < 0 ? '-' : '+')}{Math.Abs(OffsetHours):D2}:00");
}
