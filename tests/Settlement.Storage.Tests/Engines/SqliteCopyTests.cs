using Microsoft.Data.Sqlite;
using Settlement.Storage.Engines;
using Xunit;

namespace Settlement.Storage.Tests.Engines;

public sealed class SqliteCopyTests : IDisposable
{
    private const int Rows = 8000;

    private readonly string folder = Directory.CreateTempSubdirectory("settlement-copy-").FullName;

    private string Store => Path.Combine(folder, "store.db");

    private string Copy => Path.Combine(folder, "copy.db");

    [Fact]
    public void Commits_of_others_neither_prolong_a_copy_nor_reach_it()
    {
        using var writer = Open(Store);
        Do(writer, $"PRAGMA journal_mode = WAL; CREATE TABLE T (No INTEGER PRIMARY KEY, Filler BLOB); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Rows}) INSERT INTO T SELECT i, zeroblob(3000) FROM n");
        var steps = 0;

        SqliteCopy.Make(Store, Copy, (done, all) =>
        {
            Assert.InRange(++steps, 1, all / SqliteCopy.PagesPerStep + 1);
            Do(writer, "INSERT INTO T (Filler) SELECT zeroblob(3000) UNION ALL SELECT zeroblob(3000)");
        });

        Assert.InRange(steps, 3, int.MaxValue);
        using var copy = Open(Copy);
        Assert.Equal("ok", Do(copy, "PRAGMA integrity_check"));
        Assert.Equal((long)Rows, Do(copy, "SELECT COUNT(*) FROM T"));
        Assert.Equal(Rows + 2L * steps, Do(writer, "SELECT COUNT(*) FROM T"));
    }

    [Fact]
    public void A_copy_is_one_file_with_what_was_only_in_the_log()
    {
        using var writer = Open(Store);
        Do(writer, "PRAGMA journal_mode = WAL; CREATE TABLE T (No INTEGER PRIMARY KEY); INSERT INTO T VALUES (17)");

        SqliteCopy.Make(Store, Copy);

        Assert.Equal(["copy.db"], Directory.GetFiles(folder, "copy*").Select(Path.GetFileName));
        using var copy = Open(Copy);
        Assert.Equal(17L, Do(copy, "SELECT No FROM T"));
        Assert.Equal("delete", Do(copy, "PRAGMA journal_mode"));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static object? Do(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
