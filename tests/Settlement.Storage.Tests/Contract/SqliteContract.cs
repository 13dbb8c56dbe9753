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

    [Fact]
    public async Task A_write_that_could_not_open_the_file_does_not_keep_the_next_writer_waiting()
    {
        var folder = Path.Combine(Path.GetDirectoryName(Sqlite.File)!, "not-there-yet");
        using var engine = new SqliteEngine($"Data Source={Path.Combine(folder, "store.db")}");
        var failure = Assert.Throws<Microsoft.Data.Sqlite.SqliteException>(engine.Write);
        Assert.Equal(14, failure.SqliteErrorCode);

        engine.Migrate(_ => { });
        using var session = await Task.Run(engine.Write, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        session.Commit();
    }

    [Fact]
    public void A_connection_whose_transaction_does_not_end_is_not_given_to_the_next_session()
    {
        using (var session = Engine.Read())
            session.Connection.Execute("BEGIN IMMEDIATE");
        using var next = Engine.Write();
        next.Commit();
    }

    [Fact]
    public void A_claim_that_fails_is_an_error_and_not_a_claim_of_another_worker()
    {
        using var engine = new SqliteEngine($"Data Source={Path.Combine(Path.GetDirectoryName(Sqlite.File)!, "no-folder", "store.db")}");
        Assert.Throws<DirectoryNotFoundException>(() => engine.TryClaim("timeline"));
    }

    [Fact]
    public void A_worker_that_could_not_say_who_it_is_does_not_hold_the_file()
    {
        var name = Directory.CreateDirectory(Sqlite.File + ".lock-holder");
        Assert.ThrowsAny<Exception>(() => Engine.TryAttach(out _));
        name.Delete();
        using var attached = Engine.TryAttach(out _);
        Assert.NotNull(attached);
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
