using System.Data.Common;
using Microsoft.Data.SqlClient;
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
    public void A_batch_whose_transaction_ends_in_its_midst_leaves_nothing()
    {
        Assert.ThrowsAny<DbException>(() =>
        {
            using var session = Engine.Write();
            using (var command = session.Connection.CreateCommand())
            {
                command.Transaction = session.Transaction;
                command.CommandText = "SET XACT_ABORT ON";
                command.ExecuteNonQuery();
            }

            session.ExecuteEach("words/add", new[] { Word(1, "x"), Word(1, "y"), Word(2, "z") });
        });

        Assert.Equal(-1, Store.Read(session => Store.Words.Find(session, (WordKind)9, "z")));
    }

    [Fact]
    public void After_many_failures_in_a_row_the_connections_are_new()
    {
        var sessions = Enumerable.Range(0, 5).Select(_ => Engine.Read()).ToList();
        var before = sessions.ConvertAll(ConnectionOf);
        sessions.ForEach(s => s.Dispose());
        for (var failure = 0; failure < 6; failure++)
            Assert.Throws<InvalidOperationException>(() => Store.Write((Action<Session>)(_ => throw new InvalidOperationException())));

        using var session = Engine.Read();
        Assert.DoesNotContain(ConnectionOf(session), before);
    }

    [Fact]
    public void Workers_that_are_there_are_known_by_name()
    {
        Assert.Null(Engine.AttachedWorker());
        using (Engine.TryAttach(out _))
            Assert.Contains($"process {Environment.ProcessId}", Engine.AttachedWorker(), StringComparison.Ordinal);
        Assert.Null(Engine.AttachedWorker());
    }

    [Fact]
    public void However_a_connection_string_spells_the_database_there_is_one_guard_of_the_closed_hours()
    {
        var spelled = new SqlConnectionStringBuilder(database.ConnectionString);
        spelled.InitialCatalog = spelled.InitialCatalog.ToUpperInvariant();
        using var other = new SqlServerEngine(spelled.ToString());
        using var closing = other.Write();
        other.TakeGuard(closing, exclusive: true);
        using var storing = Engine.Write();
        using var command = storing.Connection.CreateCommand();
        command.Transaction = storing.Transaction;
        command.CommandText = $"SELECT APPLOCK_TEST('public', '{SqlServerEngine.GuardName}', 'Shared', 'Transaction')";

        Assert.Equal(0, Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture));
    }

    private static Guid ConnectionOf(Session session) => ((SqlConnection)session.Connection).ClientConnectionId;

    private static object Word(long no, string text) => new { Kind = 9L, No = no, Text = text };

    protected override void Drop() => database.Dispose();
}
