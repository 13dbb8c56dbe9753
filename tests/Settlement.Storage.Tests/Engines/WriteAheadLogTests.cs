using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Settlement.Domain.Settings;
using Settlement.Domain.Usage;
using Settlement.Storage.Engines;
using Xunit;

namespace Settlement.Storage.Tests.Engines;

/// <summary>
/// The write-ahead log of a store that takes in a lot: no larger than the setting says, except while a transaction is under way or a reader delays
/// it.
/// </summary>
public sealed class WriteAheadLogTests : IDisposable
{
    private const long Limit = SqliteEngine.LeastLogMb * 1024L * 1024;
    private const int IdentitiesPerTransaction = 20_000;

    private readonly string folder = Directory.CreateTempSubdirectory("settlement-wal-").FullName;
    private readonly SqliteEngine engine;
    private readonly SettlementStore store;

    public WriteAheadLogTests()
    {
        engine = new SqliteEngine($"Data Source={StoreFile}", logMb: SqliteEngine.LeastLogMb);
        engine.Migrate(_ => { });
        store = new SettlementStore(engine, BillingSettings.Default);
    }

    private string StoreFile => Path.Combine(folder, "store.db");

    private long Log => new FileInfo(StoreFile + "-wal").Length;

    public void Dispose()
    {
        engine.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void It_is_below_its_limit_after_every_transaction_of_a_big_ingest()
    {
        for (var i = 0; i < 20; i++)
        {
            Ingest();
            Assert.InRange(Log, 0, Limit);
        }

        Assert.True(new FileInfo(StoreFile).Length > 2 * Limit, "too little was written to tell");
    }

    [Fact]
    public void A_reader_that_stays_holds_it_up_and_the_first_commit_after_him_cuts_it()
    {
        Ingest();
        using (var reader = new SqliteConnection($"Data Source={StoreFile};Pooling=False"))
        {
            reader.Open();
            using var look = reader.CreateCommand();
            look.CommandText = "BEGIN; SELECT COUNT(*) FROM EventIdentity";
            Assert.Equal((long)IdentitiesPerTransaction, look.ExecuteScalar());
            for (var i = 0; i < 10; i++)
                Ingest();
            Assert.InRange(Log, Limit + 1, long.MaxValue);
            Assert.Equal((long)IdentitiesPerTransaction, Again(reader));
        }

        store.Write(session => store.Engine.ClaimIdentities(session, [Random()]));
        Assert.InRange(Log, 0, Limit);
    }

    private static object? Again(SqliteConnection reader)
    {
        using var look = reader.CreateCommand();
        look.CommandText = "SELECT COUNT(*) FROM EventIdentity";
        return look.ExecuteScalar();
    }

    private void Ingest()
    {
        var claims = Enumerable.Range(0, IdentitiesPerTransaction).Select(_ => Random()).ToList();
        store.Write(session => store.Engine.ClaimIdentities(session, claims));
    }

    /// <summary>Ids in no order, like UUIDs: a transaction changes pages all over the file.</summary>
    private static NewIdentity Random() => new(RandomNumberGenerator.GetBytes(IdOrder.Bytes + CallHash.Bytes), new byte[CallHash.Bytes], 1, 1);
}
