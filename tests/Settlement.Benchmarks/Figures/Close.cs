using System.Globalization;
using Settlement.Benchmarks.Harness;

namespace Settlement.Benchmarks.Figures;

/// <summary>Closing an hour, compared with a single insert-select-group-by that writes as many rows in one transaction.</summary>
internal static class Close
{
    private const int WarmUps = 3;

    /// <summary>The tables that a closing writes to.</summary>
    private static readonly string[] Written = ["BillRow", "TierStep", "Entry", "Notice", "Closing", "MonthUse"];

    public static async Task RunAsync(Sizes sizes)
    {
        using var scratch = new Scratch(sizes);
        var (calls, accounts) = (sizes.Number("calls", 1_000_000), sizes.Number("accounts", 10_000));
        var template = scratch.New("hour");
        HourOfCalls.Make(template, calls, accounts);
        var before = Count(scratch.CopyOf(template, "count"));
        var rows = 0L;
        var work = new Timed("the closing, in transactions of some hundred accounts", () =>
            Take(scratch.CopyOf(template, "close"), file => rows = Count(file, keep: true) - before));
        // Not counted: the first round shows how many rows have to be written, and a worker that has run for a while has already compiled its hot
        // code.
        for (var warmUp = 0; warmUp < WarmUps; warmUp++)
            await work.TakeAsync();
        var bare = new Timed($"one INSERT … SELECT … GROUP BY of {rows:N0} rows of 19 numbers, one transaction", () =>
            Bare(scratch.CopyOf(template, "bare"), rows));
        await Interleaved.RunAsync(
            string.Create(CultureInfo.InvariantCulture, $"close: {calls:N0} calls, {accounts:N0} accounts, {rows:N0} rows written"),
            sizes.Rounds, calls, "calls", bare, work, Asked.TimeAtMost(2));
    }

    /// <summary>Closes the hour like the worker does, and then deletes the file.</summary>
    public static Taken Take(string file, Action<string>? closed = null)
    {
        Taken taken;
        using (var world = World.Open(file, HourOfCalls.DueUs))
            taken = Watch.Time(() => world.Core.Timeline.AdvanceTo(HourOfCalls.DueUs));
        closed?.Invoke(file);
        Scratch.Delete(file);
        return taken;
    }

    private static long Count(string file, bool keep = false)
    {
        var bare = new BareDatabase(file);
        var count = Written.Sum(table => bare.Number($"SELECT COUNT(*) FROM {table}"));
        if (keep)
            bare.Connection.Dispose();
        else
            bare.Dispose();
        return count;
    }

    private static Taken Bare(string file, long rows)
    {
        using var bare = new BareDatabase(file);
        bare.Execute($"CREATE TABLE Bare (N INTEGER PRIMARY KEY, {string.Join(", ", Enumerable.Range(1, 18).Select(i => $"C{i} bigint"))})");
        bare.Execute("CREATE TABLE Copy AS WITH RECURSIVE c(I) AS (SELECT 1 UNION ALL SELECT I + 1 FROM c WHERE I < 100) SELECT I FROM c");
        var statement = string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO Bare
            SELECT NULL, g.AccountNo, g.ScopeNo, g.UseHour, g.ProjectNo, g.Calls, g.Waived, g.Other, c.I, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
            FROM (SELECT AccountNo, ScopeNo, UseHour, ProjectNo,
                         SUM(CASE WHEN Status BETWEEN 200 AND 299 AND Waived = 0 THEN Calls ELSE 0 END) AS Calls,
                         SUM(CASE WHEN Status BETWEEN 200 AND 299 AND Waived = 1 THEN Calls ELSE 0 END) AS Waived,
                         SUM(CASE WHEN Status BETWEEN 200 AND 299 THEN 0 ELSE Calls END) AS Other
                  FROM Usage GROUP BY AccountNo, ScopeNo, UseHour, ProjectNo) AS g CROSS JOIN Copy AS c
            LIMIT {rows}
            """);
        return Watch.Time(() =>
        {
            if (bare.Execute(statement) != rows)
                throw new InvalidOperationException("The baseline wrote another number of rows.");
        });
    }
}
