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
