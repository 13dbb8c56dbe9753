using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Settlement.Storage.Tests.Contract;
using Settlement.Worker.Tests.Bus;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>
/// One statement of the time line fails, on every connection and for as long as the fault is there. The worker says so and ends in good order when it
/// is told to, and the next one goes on.
/// </summary>
public sealed class FailingDatabaseTests
{
    private const string LastRun = "SELECT LastRunUs FROM Store";

    /// <summary>What docs/sql-server.md promises: a statement in progress, a claim that can't be given back, and some seconds to end.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task A_statement_that_fails_on_every_connection_keeps_no_worker_from_ending()
    {
        using var store = ReplayStore.Create(Refusals.Catalog, ReplayStore.NowUs - 3 * Domain.Time.Instant.PerHourUs);
        var before = store.Count(LastRun);
        Execute(store, "CREATE TRIGGER Refuses BEFORE UPDATE OF LastRunUs ON Store BEGIN SELECT RAISE(ABORT, 'not now'); END");
        await using var broker = await TestBroker.StartAsync();
        await using (var worker = WorkerProcess.Start(broker.Settings, store))
        {
            await worker.UntilLoggedAsync("The time line could not go on");
            await EndsInOrderAsync(worker);
        }

        Assert.Equal(before, store.Count(LastRun));
        Execute(store, "DROP TRIGGER Refuses");
        await using var next = WorkerProcess.Start(broker.Settings, store);
        await next.UntilAsync(() => store.Count(LastRun) > before, "what is due is done");
        Assert.Equal(0, await next.StopAsync());
    }

    [Fact]
    public async Task A_statement_that_waits_for_a_lock_until_its_time_is_up_keeps_no_worker_from_ending()
    {
        var server = TestSqlServer.Need();
        using var store = ReplayStore.Create(Refusals.Catalog, ReplayStore.NowUs - 3 * Domain.Time.Instant.PerHourUs, server: server);
        var before = store.Count(LastRun);
        using var holder = new SqlConnection(store.ConnectionString);
        holder.Open();
        using var held = holder.BeginTransaction();
        await using var broker = await TestBroker.StartAsync();
        await using (var worker = WorkerProcess.Start(broker.Settings, store))
        {
            await worker.UntilLoggedAsync("Settling on");
            Execute(holder, held, "UPDATE Store SET LastRunUs = LastRunUs");
            await worker.UntilLoggedAsync("What waited in the broker is stored");
            await EndsInOrderAsync(worker);
        }

        held.Rollback();
        await using var next = WorkerProcess.Start(broker.Settings, store);
        await next.UntilAsync(() => store.Count(LastRun) > before, "what is due is done");
        await EndsInOrderAsync(next);
    }

    private static void Execute(SqlConnection connection, SqlTransaction transaction, string sql)
    {
        using var command = new SqlCommand(sql, connection, transaction);
        command.ExecuteNonQuery();
    }

    private static async Task EndsInOrderAsync(WorkerProcess worker)
    {
        var since = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await worker.StopAsync());
        Assert.True(TimeProvider.System.GetElapsedTime(since) < Grace, $"It took {TimeProvider.System.GetElapsedTime(since)} to end");
    }

    private static void Execute(ReplayStore store, string sql)
    {
        using var connection = new SqliteConnection(store.ConnectionString + ";Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
