using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Data.Sqlite;
using Settlement.Domain.Usage;
using Settlement.Engine.Commands;
using Settlement.Engine.Usage;
using Settlement.Storage.Engines;
using Settlement.Storage.Plans;
using Settlement.Storage.Quarantine;
using Settlement.Storage.Tests.Schema;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

public sealed partial class SqliteContract()
    : StorageContract(new SqliteEngine($"Data Source={Path.Combine(Directory.CreateTempSubdirectory("settlement-storage-").FullName, "store.db")}"))
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
        using var session = await Task.Run(engine.Write, TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
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
    public void Accounts_are_written_in_the_order_of_their_numbers_whatever_order_they_come_in()
    {
        foreach (var account in new[] { "a1", "a2", "a3" })
            Open(account);
        using (var session = Engine.Write())
        {
            session.Connection.Execute("CREATE TABLE Seen (No INTEGER PRIMARY KEY AUTOINCREMENT, AccountNo INTEGER)");
            session.Connection.Execute("CREATE TRIGGER Sees AFTER UPDATE ON Account WHEN new.Version > old.Version BEGIN INSERT INTO Seen (AccountNo) VALUES (new.AccountNo); END");
            session.Commit();
        }

        UsageCall Unknown(string account) => new("agent", "of " + account, account, "no such api", "north", NineUs, 200, 1, null);
        Ingest(Arrived(ReadEvent.Of(Unknown("a3"))), Arrived(ReadEvent.Of(Unknown("a1"))), Arrived(ReadEvent.Of(Unknown("a2"))));
        Store.Write(s => new PlanWriter(Store).Write(s, [PlanOf(s, "a2"), PlanOf(s, "a3"), PlanOf(s, "a1")]));

        Assert.Equal([1L, 2L, 3L, 1L, 2L, 3L], Store.Read(s => s.Connection.Query<long>("SELECT AccountNo FROM Seen ORDER BY No").ToList()));
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

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public void An_event_that_can_not_be_stored_is_set_aside_alone_and_the_others_are_stored(int events)
    {
        Refuse("Usage", "NEW.EventId LIKE 'guilty%'");
        Open("a1");
        var arrivals = Enumerable.Range(0, events).Select(i => Arrived(ReadEvent.Of(Call($"e{i}")))).ToList();
        arrivals.Insert(events / 2, Arrived(ReadEvent.Of(Call("guilty-1"))));
        arrivals.Add(Arrived(ReadEvent.Of(Call("guilty-2"))));

        var counts = new UsageIntake(Store, new UsageArrivals(Store)).Store(arrivals);
        var again = new UsageIntake(Store, new UsageArrivals(Store)).Store(arrivals);

        Assert.Equal((events, 2), (counts.Accepted, counts.Quarantined));
        Assert.Equal(events + 2, again.Duplicate);
        Assert.All(Store.Read(s => QuarantineEntries.List(s)), e =>
            Assert.StartsWith("event: can't be stored: ", e.Detail, StringComparison.Ordinal));
        Assert.Equal(["guilty-1", "guilty-2"], Store.Read(s => QuarantineEntries.List(s)).Select(e => e.Detail!.Split('"')[3]));
    }

    [Fact]
    public void A_database_that_stores_nothing_sets_nothing_aside()
    {
        Open("a1");
        Refuse("Usage", "1 = 1");
        Store.Write(session => session.Connection.Execute(
            "CREATE TRIGGER NoStore BEFORE UPDATE ON Store BEGIN SELECT RAISE(ABORT, 'away'); END", transaction: session.Transaction));

        Assert.Throws<SqliteException>(() => new UsageIntake(Store, new UsageArrivals(Store)).Store([Arrived(ReadEvent.Of(Call("e1")))]));
        Assert.Empty(Store.Read(s => QuarantineEntries.List(s)));
    }

    [Fact]
    public void A_command_that_can_not_be_stored_is_left_out_and_named_and_the_others_are_stored_in_their_order()
    {
        Refuse("Command", "NEW.CommandId LIKE 'guilty%'");
        string[] ids = ["c1", "guilty-1", "c2", "c3", "guilty-2"];
        var bodies = ids.Select(id => $$"""{"id":"{{id}}","type":"open-account","account":"a-{{id}}"}""").ToList();

        var unstored = Intake.Store(bodies, 1_683_709_200_000_000);
        var again = Intake.Store(bodies, 1_683_709_200_000_000);

        Assert.Equal(["guilty-1", "guilty-2"], unstored.Select(u => u.Id));
        Assert.Equal(unstored.Select(u => (u.Id, u.Error.Message)), again.Select(u => (u.Id, u.Error.Message)));
        Assert.Equal(["c1", "c2", "c3"],
            Store.Read(s => s.Connection.Query<string>("SELECT CommandId FROM Command ORDER BY CommandNo", transaction: s.Transaction).ToList()));
    }

    [Fact]
    public void A_database_that_stores_nothing_leaves_no_command_out()
    {
        Refuse("Command", "1 = 1");
        Store.Write(session => session.Connection.Execute(
            "CREATE TRIGGER NoStore BEFORE UPDATE ON Store BEGIN SELECT RAISE(ABORT, 'away'); END", transaction: session.Transaction));

        Assert.Throws<SqliteException>(() => Intake.Store(["""{"id":"c1","type":"open-account","account":"a"}"""], 1_683_709_200_000_000));
    }

    [Theory]
    [InlineData("quarantine/held-for-account", "SEARCH Quarantine USING INDEX IX_Quarantine_State (State=? AND Reason=? AND Account=? AND rowid>? AND rowid<?)")]
    [InlineData("quarantine/held-for-reason", "SEARCH Quarantine USING INDEX IX_Quarantine_Held (Reason=? AND QuarantineNo>? AND QuarantineNo<?)")]
    [InlineData("quarantine/next-release", "SCAN QuarantineRelease USING INDEX IX_QuarantineRelease_Waiting")]
    public void What_may_be_long_is_sought_and_not_sorted(string statement, string plan)
    {
        using var session = Engine.Read();
        var steps = session.Connection.Query("EXPLAIN QUERY PLAN " + AnyParameter().Replace(session.Statements.Text(statement), "1"))
            .Select(step => (string)step.detail);
        Assert.Equal([plan], steps);
    }

    [Theory]
    [InlineData("bill/rows", "SEARCH r USING PRIMARY KEY (AccountNo>? AND AccountNo<?)")]
    [InlineData("quarantine/list", "SEARCH Quarantine USING INDEX IX_Quarantine_State (State=?)")]
    [InlineData("quarantine/of-event", "SEARCH Quarantine USING INDEX IX_Quarantine_Event (EventId=?)")]
    [InlineData("retention/usage", "SEARCH u USING PRIMARY KEY (SettleSlot=?)")]
    [InlineData("retention/first-kept-notice", "SEARCH Notice USING PRIMARY KEY (AccountNo=? AND Sequence>? AND Sequence<?)")]
    [InlineData("retention/first-kept-command", "SEARCH Command USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")]
    [InlineData("retention/remove-identity", "SEARCH EventIdentity USING PRIMARY KEY (IdHash=?)")]
    public void A_listing_of_a_few_does_not_go_past_all_the_others(string statement, string plan)
    {
        using var session = Engine.Read();
        var steps = session.Connection.Query("EXPLAIN QUERY PLAN " + AnyParameter().Replace(session.Statements.Text(statement), "1"))
            .Select(step => (string)step.detail).ToList();
        Assert.Equal(plan, steps[0]);
        Assert.DoesNotContain(steps, s => s.StartsWith("SCAN", StringComparison.Ordinal));
    }

    [Fact]
    public void One_event_is_sought_in_the_few_slots_that_can_hold_it()
    {
        using var session = Engine.Read();
        var steps = session.Connection.Query("EXPLAIN QUERY PLAN " + AnyParameter().Replace(session.Statements.Text("usage/of-event"), "1"))
            .Select(step => (string)step.detail).ToList();
        Assert.Contains("SEARCH u USING PRIMARY KEY (SettleSlot=? AND AccountNo=? AND ScopeNo=? AND UseHour=?)", steps);
        Assert.DoesNotContain("SCAN u", steps);
    }

    [GeneratedRegex("@\\w+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex AnyParameter();

    private CommandIntake Intake => new(Store, new CommandInbox(Store, new Releases(Store, new UsageArrivals(Store))));

    private static UsageCall Call(string id) => new("agent", id, "a1", "passport", "north", 1_683_709_200_000_000, 200, 1, null);

    private void Refuse(string table, string when) => Store.Write(session => session.Connection.Execute(
        $"CREATE TRIGGER No{table} BEFORE INSERT ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, 'is refused'); END",
        transaction: session.Transaction));

    protected override void AssertTextsFit()
    {
        using var session = Engine.Read();
        foreach (var (table, column, room) in SqliteSchema.Read(session).Tables.SelectMany(t => t.Columns, (t, c) => (t.Name, c.Name, c.Room))
            .Where(c => c.Room is not null))
            Assert.All(session.Connection.Query<string?>($"SELECT {column} FROM {table}"), text =>
                Assert.True((text ?? "").Length <= room, $"{table}.{column} has no room for {text}"));
    }

    protected override void Drop()
    {
        Sqlite.Dispose();
        Directory.Delete(Path.GetDirectoryName(Sqlite.File)!, recursive: true);
    }
}
