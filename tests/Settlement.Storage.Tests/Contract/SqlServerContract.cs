using Settlement.Storage.Engines;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

/// <summary>The same on SQL Server: a skip, named and counted, where no server is given.</summary>
public sealed class SqlServerContract : StorageContract
{
    private readonly TestSqlServer database;

    public SqlServerContract()
        : this(TestSqlServer.Need())
    {
    }

    private SqlServerContract(TestSqlServer database)
        : base(database.Engine) => this.database = database;

    [Fact]
    public void A_worker_that_was_thought_dead_and_wakes_up_writes_nothing()
    {
        using var halted = Engine.TryClaim("timeline")!;
        // Its time has run out by the clock of the database, and another worker comes.
        database.Do("UPDATE WorkClaim SET UntilUs = 1 WHERE Name = 'timeline'");
        using var next = new SqlServerEngine(database.ConnectionString).TryClaim("timeline");

        Assert.NotNull(next);
        Assert.Throws<ClaimLostException>(() => Store.Write(session => session.Execute("store/hold", new { AtUs = 1L }), halted));
        Assert.Null(Store.Read(StoreState.Of).HeldSinceUs);
    }

    [Fact]
    public void Workers_that_are_there_are_known_by_name()
    {
        Assert.Null(Engine.AttachedWorker());
        using (Engine.TryAttach(out _))
            Assert.Contains($"process {Environment.ProcessId}", Engine.AttachedWorker(), StringComparison.Ordinal);
        Assert.Null(Engine.AttachedWorker());
    }

    protected override void Drop() => database.Dispose();
}
