using System.Globalization;

namespace Settlement.Domain.Time;

public enum TermUnit
{
    Years,
    Months,
    Weeks,
    Days,
}

/// <summary>A term of whole years, months, weeks or days: <c>P1Y</c>, <c>P1M</c>, <c>P2W</c>, <c>P30D</c> (3.2).</summary>
public readonly record struct Term(TermUnit Unit, int Count)
{
    /// <summary>A term has one unit and is at most a hundred years long.</summary>
    public static bool TryParse(string text, out Term term)
    {
        term = default;
        if (text.Length < 3 || text[0] != 'P'
            || !int.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1)
            return false;
        (TermUnit Unit, int Max)? unit = text[^1] switch
        {
            'Y' => (TermUnit.Years, 100),
            'M' => (TermUnit.Months, 1_200),
            'W' => (TermUnit.Weeks, 5_200),
            'D' => (TermUnit.Days, 36_500),
            _ => null,
        };
        if (unit is null || count > unit.Value.Max)
            return false;
        term = new Term(unit.Value.Unit, count);
        return true;
    }

    /// <summary>The largest number of days the term can have.</summary>
    public long LongestDays => Count * Unit switch { TermUnit.Years => 366L, TermUnit.Months => 31, TermUnit.Weeks => 7, _ => 1 };

    /// <summary>
    /// The expiry date of the n-th lot: the first lot's start date plus n terms; years and months are clamped to the length of the month. Always
    /// counted from the first date, so a clamped month does not shorten later ones.
    /// </summary>
    public DateOnly ExpiryDate(DateOnly firstStart, int n) => Unit switch
    {
        TermUnit.Years => firstStart.AddYears(Count * n),
        TermUnit.Months => firstStart.AddMonths(Count * n),
        TermUnit.Weeks => firstStart.AddDays(7 * Count * n),
        _ => firstStart.AddDays(Count * n),
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"P{Count}{Unit.ToString()[0]}");
}
