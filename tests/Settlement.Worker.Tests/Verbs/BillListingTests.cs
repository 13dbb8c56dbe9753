// What finance and programs do with the bill: lists of any length, CSV, totals that never mix two things, and where a month's late calls are billed.
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Settlement.Worker.Output;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

public sealed class BillListingTests
{
    private const int Many = 150_000;

    /// <summary>48 MB for everything that .NET holds.</summary>
    private const string SmallHeap = "0x3000000";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bill", "json")]
    [InlineData("bill", "table")]
    [InlineData("bill", "csv")]
    [InlineData("quarantine list", "json")]
    [InlineData("quarantine list", "table")]
    public async Task A_listing_of_very_many_rows_takes_little_memory(string verb, string format)
    {
        using var store = await MadeAsync();
        Do(store, $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Many})
            INSERT INTO BillRow SELECT 1, i + 100, 1, 5, 1, 0, 0, 0, i, i * 3600000000, (i + 1) * 3600000000, i, i * 3600000000, 24000, i, 0, 100000000 * i, 100000000 * i, 0 FROM n;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Many})
            INSERT INTO TierStep SELECT 1, i + 100, 1, 1, i, 1000000000, 100000000 * i FROM n;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Many})
            INSERT INTO Quarantine (Reason, State, AccountNo, Source, EventId, Account, Api, Region, TimeUs, Status, Calls, Waived, UnitPriceE10, ArrivedUs, HeldUs)
            SELECT 'too-old', 'held', 1, 'gateway-of-the-north', 'event-number-' || i, 'a1', 'passport', 'cn-north-4', i * 1000000, 200, 1, 0, 1000000000, i * 1000000, i * 1000000 FROM n;
            """);

        var (exit, lines, error) = await RunSmallAsync(store, [.. verb.Split(' '), "--output", format]);

        Assert.True(exit == Exit.Done, $"exit code {exit}\n{error}");
        Assert.True(lines >= Many, $"{lines} lines");
    }

    [Fact]
    public async Task Calls_that_were_bought_and_calls_that_were_used_are_told_apart_in_the_totals()
    {
        using var store = await VerbTests.StoreAsync();
        await store.RunAsync("close", "--until", "2023-04-18T19:00:00");
        var rows = (await store.DoAsync("bill", "--output", "json")).Json.EnumerateArray().ToList();
        long Sum(bool used) =>
            rows.Where(r => r.GetProperty("kind").GetString() is "package-usage" or "pay-per-use" == used)
            .Sum(r => r.GetProperty("calls").GetInt64());

        var table = (await store.DoAsync("bill")).Output;
        var total = table.Split('\n').Single(l => l.TrimStart().StartsWith("total", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("BOUGHT", table, StringComparison.Ordinal);
        Assert.Equal((Show(Sum(used: false)), Show(Sum(used: true))), (total[2], total[3]));
        Assert.Contains($", {Show(Sum(used: true))} calls used, {Show(Sum(used: false))} calls bought, ",
            (await store.DoAsync("bill", "--output", "json")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_month_whose_calls_are_billed_in_another_cycle_says_in_which()
    {
        using var store = await MadeAsync();
        // Used at 12:00 on 30 June 2026, deducted on 2 July: the bill of July (6.3).
        Do(store, $"INSERT INTO BillRow VALUES (1, 100, 1, 5, 1, 0, 0, 0, {Hour("2026-06-30T04:00:00Z")}, {Us("2026-06-30T04:00:00Z")}, {Us("2026-06-30T05:00:00Z")}, 0, {Us("2026-07-02T01:00:00Z")}, {2026 * 12 + 6}, 40, 1, 0, 0, 0)");

        var june = (await store.DoAsync("bill", "--month", "2026-06")).Output;
        Assert.StartsWith("none\n", june, StringComparison.Ordinal);
        Assert.Contains("40 calls of 2026-06 were deducted later and stand on the bill of 2026-07 (1 row): bill --month 2026-07", june,
            StringComparison.Ordinal);
        Assert.DoesNotContain("deducted later", (await store.DoAsync("bill", "--month", "2026-07")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("deducted later", (await store.DoAsync("bill", "--month", "2026-06", "--region", "elsewhere")).Output,
            StringComparison.Ordinal);
        var json = await store.DoAsync("bill", "--month", "2026-06", "--output", "json");
        Assert.Equal("[]\n", json.Output);
        Assert.Contains("bill of 2026-07", json.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Csv_has_the_fields_of_the_json_and_no_cell_that_is_a_formula()
    {
        using var store = await MadeAsync("=cmd|' /C calc'!A0, \"quoted\"");
        Do(store, $"INSERT INTO BillRow VALUES (1, 100, 1, 3, 0, 0, 0, 0, NULL, NULL, NULL, 0, {Us("2026-07-02T01:00:00Z")}, {2026 * 12 + 6}, NULL, 0, -500000000, -500000000, 0)");
        Do(store, $"INSERT INTO BillRow VALUES (1, 101, 1, 5, 1, 0, 0, 0, {Hour("2026-07-01T04:00:00Z")}, {Us("2026-07-01T04:00:00Z")}, {Us("2026-07-01T05:00:00Z")}, 0, {Us("2026-07-02T02:00:00Z")}, {2026 * 12 + 6}, 40, 1, 600000000, 600000000, 0)");
        Do(store, "INSERT INTO TierStep VALUES (1, 101, 1, 1, 40, 1500000000, 600000000)");

        var csv = await store.DoAsync("bill", "--output", "csv");
        var lines = csv.Output.Split("\r\n");
        var fields = (await store.DoAsync("bill", "--output", "json")).Json[0].EnumerateObject().Select(p => p.Name);
        Assert.Equal(string.Join(',', fields) + ",currency", lines[0]);
        Assert.Equal("R000001-000100-0001,adjustment,a1,,,,,,,,,,2026-07-02T09:00:00+08:00,2026-07,,false,-5.00000000,-5.00,0.00000000,,CNY",
            lines[1]);
        Assert.Contains(",\"'=cmd|' /C calc'!A0, \"\"quoted\"\"\",", lines[2], StringComparison.Ordinal);
        Assert.EndsWith(",40 x 0.15 = 6.00000000,CNY", lines[2], StringComparison.Ordinal);
        Assert.Equal(["", lines[1][..4]], [lines[3], "R000"]);
        Assert.Contains("2 rows, ", csv.Error, StringComparison.Ordinal);
        Assert.Equal(Exit.BadInput, (await store.RunAsync("quarantine", "list", "--output", "csv")).Exit);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("＝1+1", "'＝1+1")]
    [InlineData("a;=1+1;b", "a;'=1+1;b")]
    [InlineData("a-b=c", "a-b=c")]
    public void Text_of_users_is_no_formula_to_a_spreadsheet(string text, string cell) => Assert.Equal(cell, Csv.Text(text));

    [Fact]
    public async Task The_views_for_people_name_what_a_row_is_of_and_have_exact_decimals()
    {
        using var store = await MadeAsync();
        Do(store, $"INSERT INTO BillRow VALUES (1, 100, 1, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, {2026 * 12 + 6}, 40, 0, 900719925474099301, -1, 123456789)");
        Do(store, "UPDATE Account SET BalanceE8 = -900719925474099301 WHERE AccountNo = 1");

        Assert.Equal("a1|pay-per-use|passport|cn-north-4|2026-07|9007199254.74099301|-0.00000001|1.23456789", Ask(store, "SELECT AccountId || '|' || Kind || '|' || Api || '|' || Region || '|' || Cycle || '|' || Fee || '|' || Deducted || '|' || WrittenOff FROM BillForPeople WHERE AccountVersion = 100"));
        Assert.Equal("-9007199254.74099301", Ask(store, "SELECT Balance FROM BalanceForPeople"));
    }

    [Theory]
    [InlineData("bill")]
    [InlineData("quarantine list")]
    public async Task Nothing_is_read_any_more_when_the_first_line_is_printed(string verb)
    {
        using var store = await VerbTests.StoreAsync();
        await store.RunAsync("close", "--until", "2023-04-18T19:00:00");
        using var writer = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = store.File, Pooling = false }.ToString());
        await writer.OpenAsync(Cancel);
        using var output = new AtFirstLine(() =>
        {
            using var command = writer.CreateCommand();
            // Restarts the log, which an open read would prevent.
            command.CommandText = "PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; UPDATE Store SET LastRunUs = LastRunUs; PRAGMA wal_checkpoint(TRUNCATE)";
            using var answer = command.ExecuteReader();
            do
            {
                while (answer.Read())
                {
                    if (answer.FieldCount == 3)
                        Assert.Equal(0, answer.GetInt64(0));
                }
            }
            while (answer.NextResult());
        });

        Assert.Equal(Exit.Done, await CommandLine.RunAsync([.. verb.Split(' '), "--database", store.File], output, TextWriter.Null));
        Assert.True(output.Happened);
    }

    private static string Show(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static long Us(string time) => Domain.Time.Instant.OfUs(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture));

    private static long Hour(string time) => Domain.Time.BillingHour.Of(Us(time)).Number;

    /// <summary>A store with account 1, a1, subscribed to scope 1, and no bill.</summary>
    private static async Task<TestStore> MadeAsync(string resourceName = "front desk")
    {
        var store = new TestStore();
        await store.DoAsync("catalog", "apply", store.Write("catalog.json", VerbTests.Catalog));
        await store.CommandsAsync(
            new { id = "c1", type = "open-account", account = "a1" },
            new { id = "c2", type = "subscribe", account = "a1", api = "passport", region = "cn-north-4", resourceName });
        return store;
    }

    private static void Do(TestStore store, string sql) => With(store, sql, command => command.ExecuteNonQuery());

    private static string Ask(TestStore store, string sql) => With(store, sql, command => (string)command.ExecuteScalar()!);

    private static T With<T>(TestStore store, string sql, Func<SqliteCommand, T> run)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = store.File, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return run(command);
    }

    /// <summary>Runs a verb in its own process with bounded memory; what it prints is counted, not kept.</summary>
    private static async Task<(int Exit, int Lines, string Error)> RunSmallAsync(TestStore store, string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "settlement"), [.. args, "--database", store.File])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = SmallHeap;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Cancel);
        var lines = 0;
        while (await process.StandardOutput.ReadLineAsync(Cancel) is not null)
            lines++;
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, lines, await error);
    }

    /// <summary>A terminal on which something happens when the first line reaches it.</summary>
    private sealed class AtFirstLine(Action happens) : StringWriter
    {
        public bool Happened { get; private set; }

        public override void Write(string? value) => Note(() => base.Write(value));

        public override void WriteLine(string? value) => Note(() => base.WriteLine(value));

        private void Note(Action write)
        {
            if (!Happened)
            {
                Happened = true;
                happens();
            }

            write();
        }
    }
}
