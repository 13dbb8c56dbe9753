using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Settlement.Storage.Engines;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

public class StoreOpeningTests
{
    [Theory]
    [InlineData("bill")]
    [InlineData("explain R000001-000003-0001")]
    [InlineData("account a1")]
    [InlineData("catalog show")]
    [InlineData("quarantine list")]
    [InlineData("quarantine release 1")]
    [InlineData("status")]
    public async Task A_store_that_is_not_there_ends_with_4_and_is_not_made(string verb)
    {
        using var store = new TestStore();
        var ran = await store.RunAsync(verb.Split(' '));
        Assert.Equal((Exit.SchemaNotUpToDate, ""), (ran.Exit, ran.Output));
        Assert.Equal($"There is no store yet: SQLite file {store.File}. Make one with: settlement migrate\n", ran.Error);
        Assert.False(File.Exists(store.File));
    }

    [Theory]
    [InlineData("close")]
    [InlineData("lifecycle")]
    public async Task What_someone_may_type_first_makes_the_store(string verb)
    {
        using var store = new TestStore();
        await store.DoAsync(verb, "--dry-run");
        Assert.False(File.Exists(store.File));
        var ran = await store.DoAsync(verb);
        Assert.StartsWith("Made a new store: ", ran.Error, StringComparison.Ordinal);
        await store.DoAsync("status");
    }

    [Fact]
    public async Task A_schema_that_is_not_up_to_date_ends_with_4_says_the_differences_and_migrate_mends_it_after_a_copy()
    {
        using var store = new TestStore();
        Execute(store.File, "CREATE TABLE Other (No bigint)");
        foreach (var verb in new[] { "bill", "close", "status" })
        {
            var ran = await store.RunAsync(verb);
            Assert.Equal((Exit.SchemaNotUpToDate, ""), (ran.Exit, ran.Output));
            Assert.Contains("migration 1 has not run", ran.Error, StringComparison.Ordinal);
            Assert.Contains("settlement migrate", ran.Error, StringComparison.Ordinal);
        }

        var migrated = await store.DoAsync("migrate");
        Assert.Contains("Copied to ", migrated.Output, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(store.File)!, "settlement.db.before-migrate-*"));
        await store.DoAsync("status");
        Assert.EndsWith("is up to date.\n", (await store.DoAsync("migrate")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_schema_is_left_alone()
    {
        using var store = new TestStore();
        await store.DoAsync("migrate");
        Execute(store.File, "INSERT INTO Changelog (type, version, description, name, checksum, installed_by, success) VALUES (0, '999', 'later', 'V999__later.sql', '', '', 1)");
        foreach (var verb in new[] { "status", "migrate" })
        {
            var ran = await store.RunAsync(verb);
            Assert.Equal(Exit.SchemaNotUpToDate, ran.Exit);
            Assert.Contains("migration 999 is newer than this program", ran.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>Workers are replaced one at a time: those that are still there must go on as if nothing had been added.</summary>
    [Fact]
    public async Task What_a_newer_program_has_added_changes_nothing_for_this_one()
    {
        using var plain = await VerbTests.StoreAsync();
        using var added = await VerbTests.StoreAsync(AddToEveryTableAsync);
        foreach (var store in new[] { plain, added })
            Assert.Equal(Exit.Differs, (await store.RunAsync("close")).Exit);

        foreach (var verb in new[] { "bill --output json", "account a1 --output json", "quarantine list --output json" })
            Assert.Equal(await SaidAsync(plain, verb), await SaidAsync(added, verb));
        Assert.EndsWith("is up to date.\n", (await added.DoAsync("migrate")).Output, StringComparison.Ordinal);
        await added.DoAsync("backup", added.PathOf("copy.db"));
    }

    private static async Task AddToEveryTableAsync(TestStore store)
    {
        await store.DoAsync("migrate");
        var tables = store.Dump().Split('\n').Where(line => line.All(char.IsAsciiLetter) && line != "Changelog").ToList();
        Assert.Contains("BillRow", tables);
        foreach (var table in tables)
            Execute(store.File, $"ALTER TABLE {table} ADD COLUMN AddedNote nvarchar(10) NULL; ALTER TABLE {table} ADD COLUMN AddedNumber bigint NOT NULL DEFAULT 7");
        Execute(
            store.File,
            "INSERT INTO Changelog (type, version, description, name, checksum, installed_by, success) VALUES (0, '998', 'add notes', 'V998__add_notes.sql', '', '', 1)");
    }

    /// <summary>Without the store's name and the instants at which the test did it: the story is of 2023.</summary>
    private static async Task<string> SaidAsync(TestStore store, string verb) => Regex.Replace(
        (await store.DoAsync(verb.Split(' '))).Output.Replace(
            store.File, "", StringComparison.Ordinal), "\"(?!2023)[0-9]{4}-[0-9]{2}-[0-9]{2}T[^\"]*\"", "\"\"",
        RegexOptions.None, TimeSpan.FromSeconds(10));

    [Fact]
    public async Task Another_engine_and_another_kind_of_file_end_with_2()
    {
        using var store = new TestStore();
        var ran = await store.RunAsync("bill", "--set", "Database:Engine=SqlServer", "--set", "Database:ConnectionString=Server=127.0.0.1,1;Connect Timeout=1;Trust=me");
        Assert.Equal(Exit.BadInput, ran.Exit);
        Assert.StartsWith("Database:ConnectionString: ", ran.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(store.File, "this is a letter, not a database", TestContext.Current.CancellationToken);
        Assert.Equal(Exit.BadInput, (await store.RunAsync("bill")).Exit);
        Assert.Equal("this is a letter, not a database", await File.ReadAllTextAsync(store.File, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Another_billing_zone_is_refused_by_those_who_write_and_by_those_who_look()
    {
        using var store = await VerbTests.StoreAsync();
        var before = store.Dump();
        foreach (var verb in new[] { "bill", "close", "lifecycle" })
        {
            var ran = await store.RunAsync(verb, "--set", "Billing:TimeZone=+09:00");
            Assert.Equal((Exit.BadInput, ""), (ran.Exit, ran.Output));
            Assert.StartsWith("Billing:TimeZone: is +09:00", ran.Error, StringComparison.Ordinal);
        }

        Assert.Equal(before, store.Dump());
    }

    [Fact]
    public async Task Looking_leaves_the_recorded_settings_as_they_are()
    {
        using var store = await VerbTests.StoreAsync();
        var before = store.Dump();
        foreach (var verb in new[] { "bill", "status", "account a1", "quarantine list", "catalog show", "close --dry-run", "lifecycle --dry-run --until 2027-01-01T00:00:00Z" })
            await store.RunAsync([.. verb.Split(' '), "--set", "Billing:DaysBefore=3"]);
        Assert.Equal(before, store.Dump());
    }

    [Theory]
    [InlineData("close")]
    [InlineData("lifecycle")]
    public async Task A_test_clock_is_refused_while_a_worker_is_attached_and_its_holder_named(string verb)
    {
        using var store = await VerbTests.StoreAsync();
        var before = store.Dump();
        using var engine = new SqliteEngine(new SqliteConnectionStringBuilder { DataSource = store.File }.ToString());
        using (engine.TryAttach(out _))
        {
            var ran = await store.RunAsync(verb, "--until", "2023-04-19T00:00:00");
            Assert.Equal((Exit.BadInput, ""), (ran.Exit, ran.Output));
            Assert.Contains($"process {Environment.ProcessId}", ran.Error, StringComparison.Ordinal);
            Assert.Contains("worker", (await store.DoAsync("status", "--output", "json")).Output, StringComparison.Ordinal);
            Assert.Equal(before, store.Dump());
        }
    }

    private static void Execute(string file, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
