using Dapper;
using Settlement.Storage.Engines;
using Settlement.Storage.Tests.Schema;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

public sealed class SqliteContract() : StorageContract(new SqliteEngine($"Data Source={Path.Combine(Directory.CreateTempSubdirectory("settlement-storage-").FullName, "store.db")}"))
{
    private SqliteEngine Sqlite => (SqliteEngine)Engine;

    [Fact]
    public void A_second_worker_is_told_who_holds_the_file()
    {
        Assert.Null(Engine.AttachedWorker());
        using (Engine.TryAttach(out _))
        {
            Assert.Null(Engine.TryAttach(out var holder));
            Assert.Contains($"process {Environment.ProcessId}", holder, StringComparison.Ordinal);
            Assert.Equal(holder, Engine.AttachedWorker());
        }

        Assert.Null(Engine.AttachedWorker());
    }

    [Fact]
    public void A_copy_before_a_migration_is_a_store_of_its_own()
    {
        var copy = Sqlite.CopyBefore("migration", DateTimeOffset.UnixEpoch)!;

        Assert.EndsWith("store.db.before-migration-19700101000000", copy, StringComparison.Ordinal);
        using var other = new SqliteEngine($"Data Source={copy}");
        Assert.Empty(other.SchemaDifferences());
    }

    protected override void AssertTextsFit()
    {
        using var session = Engine.Read();
        foreach (var (table, column, room) in SqliteSchema.Read(session).Tables.SelectMany(t => t.Columns, (t, c) => (t.Name, c.Name, c.Room)).Where(c => c.Room is not null))
            Assert.All(session.Connection.Query<string?>($"SELECT {column} FROM {table}"), text => Assert.True((text ?? "").Length <= room, $"{table}.{column} has no room for {text}"));
    }

    protected override void Drop()
    {
        Sqlite.Dispose();
        Directory.Delete(Path.GetDirectoryName(Sqlite.File)!, recursive: true);
    }
}
