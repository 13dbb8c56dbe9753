using Microsoft.Data.Sqlite;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

public class BackupVerbTests
{
    [Fact]
    public async Task A_copy_made_while_another_commits_without_a_pause_is_a_store_whose_books_are_right()
    {
        using var store = await VerbTests.StoreAsync();
        await store.RunAsync("close", "--until", "2023-04-18T19:00:00");
        var copy = store.PathOf("copy.db");
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() => TopUpAsync(store, stop.Token), TestContext.Current.CancellationToken);
        for (var backup = 0; backup < 5; backup++)
            await store.DoAsync("backup", copy, "--force");
        await stop.CancelAsync();
        var topUps = await writing;

        Assert.Equal(["copy.db"], Directory.GetFiles(Path.GetDirectoryName(copy)!, "copy.db*").Select(Path.GetFileName));
        using var connection = Open(copy);
        Assert.Equal("ok", One(connection, "PRAGMA integrity_check"));
        Assert.Equal(0L, One(connection, "SELECT COUNT(*) FROM Account AS a WHERE AccountNo <> 0 AND BalanceE8 <> (SELECT SUM(AmountE8) FROM Entry AS e WHERE e.AccountNo = a.AccountNo AND e.Book = 0)"));
        Assert.Equal(0L, One(connection, "SELECT SUM(AmountE8) FROM Entry"));
        Assert.InRange((long)One(connection, "SELECT COUNT(*) FROM Command WHERE CommandId LIKE 't-%'")!, 0, topUps);
        var (exit, output) = (await store.AtAsync(copy, "bill", "--account", "a1", "--output", "json")) is var ran ? (ran.Exit, ran.Output) : default;
        Assert.Equal((Exit.Done, (await store.DoAsync("bill", "--account", "a1", "--output", "json")).Output), (exit, output));
    }

    [Fact]
    public async Task What_is_there_is_replaced_only_when_that_is_asked_for()
    {
        using var store = await VerbTests.StoreAsync();
        var file = store.Write("copy.db", "something else");
        var ran = await store.RunAsync("backup", file);
        Assert.Equal((Exit.BadInput, "something else"), (ran.Exit, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)));
        Assert.Contains("is there already (--force replaces it)", ran.Error, StringComparison.Ordinal);

        Assert.Contains($"to {file}, ", (await store.DoAsync("backup", file, "--force")).Output, StringComparison.Ordinal);
        Assert.Equal(Exit.Done, (await store.AtAsync(file, "status")).Exit);
    }

    [Theory]
    [InlineData("settlement.db", "belongs to the store itself")]
    [InlineData("settlement.db-wal", "belongs to the store itself")]
    [InlineData("link.db", "belongs to the store itself")]
    [InlineData(".", "is a folder: name a file in it")]
    [InlineData("nowhere/copy.db", "there is no such folder")]
    public async Task The_store_itself_and_what_is_no_place_for_a_file_are_refused(string target, string cause)
    {
        using var store = await VerbTests.StoreAsync();
        File.CreateSymbolicLink(store.PathOf("link.db"), store.File);
        var before = (store.Dump(), Directory.GetFileSystemEntries(store.PathOf(".")).Order(StringComparer.Ordinal).ToList());

        var ran = await store.RunAsync("backup", store.PathOf(target), "--force");

        Assert.Equal((Exit.BadInput, ""), (ran.Exit, ran.Output));
        Assert.Contains(cause, ran.Error, StringComparison.Ordinal);
        Assert.Equal(before.Item1, store.Dump());
        Assert.Equal(before.Item2, Directory.GetFileSystemEntries(store.PathOf(".")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_server_makes_its_own_backups()
    {
        using var store = new TestStore();
        var ran = await store.RunAsync("backup",
            store.PathOf("x"), "--set", "Database:Engine=SqlServer", "--set", "Database:ConnectionString=Server=127.0.0.1;Database=x");
        // The shorthand that every test gives comes before --set, so this is the server's connection.
        Assert.Equal((Exit.BadInput, ""), (ran.Exit, ran.Output));
        Assert.Contains("makes its own backups (BACKUP DATABASE", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_store_there_is_nothing_to_copy()
    {
        using var store = new TestStore();
        Assert.Equal(Exit.SchemaNotUpToDate, (await store.RunAsync("backup", store.PathOf("x"))).Exit);
        Assert.Empty(Directory.GetFileSystemEntries(store.PathOf(".")));
    }

    private static async Task<int> TopUpAsync(TestStore store, CancellationToken stop)
    {
        var done = 0;
        for (; !stop.IsCancellationRequested; done++)
            await store.CommandsAsync(new { id = $"t-{done}", type = "top-up", account = "a1", amount = "0.01" });
        return done;
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static object? One(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
