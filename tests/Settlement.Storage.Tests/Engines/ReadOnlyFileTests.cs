using Microsoft.Data.Sqlite;
using Settlement.Domain.Settings;
using Settlement.Storage.Engines;
using Xunit;

namespace Settlement.Storage.Tests.Engines;

/// <summary>
/// A file that may only be read; here because its connection string says so, since file rights don't bind root, who may run this. The effect of file
/// rights is tested with the verbs.
/// </summary>
public sealed class ReadOnlyFileTests : IDisposable
{
    /// <summary>
    /// Contains characters that would be a query, a fragment or an escape in the URI that tells SQLite that nobody changes the file.
    /// </summary>
    private readonly string folder = Directory.CreateTempSubdirectory("settlement a#b?c%41ü&").FullName;

    private string StoreFile => Path.Combine(folder, "store.db");

    public ReadOnlyFileTests() => Written(engine => engine.Migrate(_ => { }));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_file_that_another_writes_meanwhile_is_no_longer_trusted_and_what_was_read_is_not_returned()
    {
        using var engine = ReadOnly();
        var store = new SettlementStore(engine, BillingSettings.Default);
        Assert.Equal(0, store.Read(Words));

        var e = Assert.Throws<StoreAccessException>(() => store.Read(session =>
        {
            AddWord();
            return Words(session);
        }));

        Assert.Contains("was written while it was read", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, store.Read(Words));
    }

    [Fact]
    public void A_writer_that_is_there_does_not_disturb_and_is_seen()
    {
        using var engine = ReadOnly();
        var store = new SettlementStore(engine, BillingSettings.Default);
        using var other = new SqliteEngine($"Data Source={StoreFile}");
        using var session = other.Write();
        session.Execute("words/add", new { Kind = 1L, No = 1L, Text = "one" });
        Assert.Equal(0, store.Read(Words));
        session.Commit();
        Assert.Equal(1, store.Read(Words));
        AddWord(2);
        Assert.Equal(2, store.Read(Words));
    }

    [Fact]
    public void It_is_not_written_and_the_next_one_may_try()
    {
        using var engine = ReadOnly();
        var store = new SettlementStore(engine, BillingSettings.Default);
        for (var i = 0; i < 2; i++)
        {
            var e = Assert.Throws<StoreAccessException>(() => store.Write(session => session.Execute("store/touch")));
            Assert.StartsWith($"{StoreFile} can't be written by user {Environment.UserName}: ", e.Message, StringComparison.Ordinal);
        }

        Assert.Throws<StoreAccessException>(() => engine.Migrate(_ => { }));
        Assert.Equal(["store.db"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_copy_of_a_log_without_its_index_waits_a_moment_for_a_worker_that_starts_or_ends_and_then_says_what_is_wrong()
    {
        File.WriteAllText(StoreFile + "-wal", "what was written last");
        var e = Assert.Throws<StoreAccessException>(() => ReadOnly().Read());
        Assert.StartsWith($"{StoreFile} can't be read: what was written last is in {StoreFile}-wal", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_that_fails_behind_one_that_returns_a_row_is_not_passed_over()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        Assert.Throws<SqliteException>(() => OpenedFile.Execute(connection, "PRAGMA busy_timeout = 1; SELECT 1 FROM Nowhere"));
    }

    private static int Words(Session session) =>
        new[] { "one", "two" }.Sum(text => session.Rows<long>("words/find", new { Kind = 1L, Text = text }).Count);

    private SqliteEngine ReadOnly() => new($"Data Source={StoreFile};Mode=ReadOnly");

    private void AddWord(long no = 1) => Written(engine =>
    {
        using var session = engine.Write();
        session.Execute("words/add", new { Kind = 1L, No = no, Text = no == 1 ? "one" : "two" });
        session.Commit();
    });

    private void Written(Action<SqliteEngine> work)
    {
        using var engine = new SqliteEngine($"Data Source={StoreFile}");
        work(engine);
    }
}
