using System.Globalization;

namespace Settlement.Domain.Plans;

/// <summary>How rows are named: account number, account version, line. The names sort as text.</summary>
public static class Ids
{
    public static string Row(long accountNo, long version, long line) =>
        string.Create(CultureInfo.InvariantCulture, $"R{accountNo:D6}-{version:D6}-{line:D4}");

    public static bool TryParseRow(string text, out (long AccountNo, long Version, long Line) row)
    {
        row = default;
        var parts = text.Split('-');
        if (parts.Length != 3 || !parts[0].StartsWith('R') || !Number(parts[0][1..], out var account) || !Number(parts[1], out var version)
            || !Number(parts[2], out var line))
            return false;
        row = (account, version, line);
        return true;
    }

    private static bool Number(string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
