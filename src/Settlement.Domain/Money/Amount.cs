using System.Globalization;

namespace Settlement.Domain.Money;

/// <summary>
/// Money is <c>long</c> at 1e-8 of the currency (<c>…E8</c>); unit prices are <c>long</c> at 1e-10 (<c>…E10</c>). Text in and out is decimal, without
/// an exponent, and signed only where a sign is meant.
/// </summary>
public static class Amount
{
    public const long OneE8 = 100_000_000;

    /// <summary>The largest movement: 10^10 units of the currency.</summary>
    public const long MaxMovementE8 = 10_000_000_000 * OneE8;

    /// <summary>The largest balance on either side of zero: 8 x 10^10 units, so that one more movement still fits in a <c>long</c>.</summary>
    public const long MaxBalanceE8 = 8 * MaxMovementE8;

    public static bool TryParseE8(string text, out long e8) => TryParse(text, 8, MaxMovementE8, out e8);

    /// <summary>A unit price: not negative, at most 10 decimals and 10^8 units.</summary>
    public static bool TryParsePriceE10(string text, out long e10) => TryParse(text, 10, 100_000_000L * 10_000_000_000L, out e10) && e10 >= 0;

    /// <summary>With at least <paramref name="minDecimals"/> decimals, and no trailing zeros beyond them.</summary>
    public static string Show(Int128 scaled, int scale, int minDecimals)
    {
        var text = ShowFixed(scaled, scale, scale);
        var keep = text.Length - scale + minDecimals;
        var trimmed = text.TrimEnd('0');
        return scale == 0 || trimmed.Length < keep ? text[..keep].TrimEnd('.') : trimmed.TrimEnd('.');
    }

    /// <summary>With exactly <paramref name="decimals"/> decimals; further digits are cut.</summary>
    public static string ShowFixed(Int128 scaled, int scale, int decimals)
    {
        var digits = UInt128.CreateChecked(Int128.Abs(scaled)).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = decimals == 0 ? digits[..^scale] : $"{digits[..^scale]}.{digits.Substring(digits.Length - scale, decimals)}";
        return scaled < 0 && text.AsSpan().ContainsAnyInRange('1', '9') ? "-" + text : text;
    }

    public static string ShowE8(Int128 e8) => ShowFixed(e8, 8, 8);

    private static bool TryParse(string text, int scale, long max, out long scaled)
    {
        scaled = 0;
        var negative = text.StartsWith('-');
        var digits = negative ? text.AsSpan(1) : text.AsSpan();
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? [] : digits[(point + 1)..];
        if (whole.Length is 0 or > 20 || (point >= 0 && fraction.Length == 0) || fraction.TrimEnd('0').Length > scale)
            return false;
        Int128 value = 0;
        foreach (var c in whole)
        {
            if (!char.IsAsciiDigit(c))
                return false;
            value = value * 10 + (c - '0');
        }

        for (var i = 0; i < Math.Max(scale, fraction.Length); i++)
        {
            var c = i < fraction.Length ? fraction[i] : '0';
            if (!char.IsAsciiDigit(c))
                return false;
            if (i < scale)
                value = value * 10 + (c - '0');
        }

        if (value > max)
            return false;
        scaled = (long)(negative ? -value : value);
        return true;
    }
}
