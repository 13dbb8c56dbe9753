using System.Data.Common;
using Microsoft.Data.SqlClient;
using Settlement.Storage.Engines;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

/// <summary>The same contract on SQL Server. Without a server, it is a skip that is named and counted.</summary>
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
        // The claim has expired by the clock of the database, and another worker comes.
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

    [Fact]
    public void Two_workers_number_new_words_and_scopes_at_the_same_time_without_meeting()
    {
        Open("a1");
        using var other = new SqlServerEngine(database.ConnectionString);
        using var mine = Engine.Write();
        using var its = other.Write();
        var words = new[] { Engine, other }.Zip([mine, its], (engine, session) =>
            new Words(engine).NumberOf(session, WordKind.Project, "project of " + engine.GetHashCode())).ToList();
        long[] scopes = [Engine.NewScopeNo(mine), other.NewScopeNo(its), Engine.NewScopeNo(mine)];
        its.Commit();
        mine.Commit();

        Assert.Equal(2, words.Distinct().Count());
        Assert.Equal(3, scopes.Distinct().Count());
    }

    [Fact]
    public void A_session_does_not_inherit_its_options()
    {
        const int NoCount = 512, ImplicitTransactions = 2, ArithAbort = 64, XactAbort = 16384;
        using (var spoilt = Engine.Read())
            Execute(spoilt, "SET NOCOUNT ON; SET XACT_ABORT OFF");
        using var session = Engine.Read();
        using var command = session.Connection.CreateCommand();
        command.CommandText = "SELECT @@OPTIONS";
        var options = Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(XactAbort | ArithAbort, options & (NoCount | ImplicitTransactions | ArithAbort | XactAbort));
    }

    [Fact]
    public void A_pool_that_has_no_connection_left_is_a_fault_of_the_database_that_may_pass()
    {
        using var engine = new SqlServerEngine(
            new SqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1, ConnectTimeout = 1 }.ToString());
        using var holds = engine.Read();

        var error = Assert.Throws<NoConnectionException>(engine.Write);
        Assert.True(engine.MayRetry(error));
        Assert.False(ContentFault.MayBe(error));
    }

    [Fact]
    public void What_does_not_fit_is_tried_once()
    {
        var tries = 0;
        Assert.ThrowsAny<DbException>(() => Store.Write(session =>
        {
            tries++;
            Execute(session, "INSERT INTO Word (Kind, No, Text) VALUES (9, 9, NULL)");
        }));

        Assert.Equal(1, tries);
    }

    [Fact]
    public void A_worker_s_claims_of_its_own_go_with_it()
    {
        using (Engine.TryClaim("drain one"))
        using (Engine.TryClaim("timeline"))
            Assert.Single(Engine.Claimants("drain "));
        database.Do("INSERT INTO WorkClaim (Name, Worker, Fence, UntilUs) VALUES ('drain long ago', 'killed', 1, 1), ('run long ago', 'killed', 1, 1)");
        using var attached = Engine.TryAttach(out _);

        using var session = Engine.Read();
        Assert.Equal(["run", "timeline"], Dapper.SqlMapper.Query<string>(session.Connection, "SELECT Name FROM WorkClaim")
            .Select(n => n.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_database_as_it_should_be_has_no_faults()
    {
        var faults = Engine.Faults();

        Assert.Empty(faults.Wrong);
        foreach (var unknown in faults.Unknown)
            TestContext.Current.TestOutputHelper?.WriteLine(unknown);
    }

    private static void Execute(Session session, string sql)
    {
        using var command = session.Connection.CreateCommand();
        command.Transaction = session.Transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static Guid ConnectionOf(Session session) => ((SqlConnection)session.Connection).ClientConnectionId;

    private static object Word(long no, string text) => new { Kind = 9L, No = no, Text = text };

    protected override void Drop() => database.Dispose();
}
