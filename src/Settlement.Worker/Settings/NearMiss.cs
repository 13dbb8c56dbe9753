namespace Settlement.Worker.Settings;

/// <summary>
/// Names that somebody probably meant to type. The environment is shared with other programs, so most of its names are not ours. One that is nearly
/// ours is a mistake, and a setting that is silently ignored bills wrongly for months.
/// </summary>
internal static class NearMiss
{
    /// <summary>In a shorter word, two changes can make almost any other word.</summary>
    private const int ShortWord = 4;

    /// <returns>The first of the names that <paramref name="text"/> is one or two typing mistakes away from (one for names of up to four letters), or
    /// null. Letter case does not matter.</returns>
    public static string? Of(string text, IEnumerable<string> names) =>
        names.FirstOrDefault(name => Distance(text.ToUpperInvariant(), name.ToUpperInvariant()) <= (name.Length <= ShortWord ? 1 : 2));

    /// <summary>How many characters are missing, too many, wrong or swapped with their neighbour.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 2)
            return int.MaxValue;
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
                cost[i, j] = i == 0 || j == 0 ? i + j : Cheapest(a, b, cost, i, j);
        }

        return cost[a.Length, b.Length];
    }

    private static int Cheapest(string a, string b, int[,] cost, int i, int j)
    {
        var least = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
        var swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
        return swapped ? Math.Min(least, cost[i - 2, j - 2] + 1) : least;
    }
}
