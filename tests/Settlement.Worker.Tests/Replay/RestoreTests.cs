using Settlement.Domain.Time;
using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Auditing;
using Settlement.Worker.Tests.Bus;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>
/// A backup is made while a worker works. The worker goes on for a while, what it does then is acknowledged and published, and its file is lost. The
/// backup takes its place, and the agents send again what they have sent since. The books and the notices are those of a worker that never stopped.
/// </summary>
public sealed class RestoreTests
{
    private const string Stored = "SELECT COUNT(*) FROM EventIdentity";
    private const string Published = "SELECT COUNT(*) FROM Notice WHERE Published = 1";
    private const string Closed = "SELECT COUNT(*) FROM Closing";

    [Theory]
    [InlineData(Stored, 12_000, 28_000)]
    [InlineData(Closed, 800, 2_000)]
    public async Task A_restored_backup_and_agents_that_send_again_make_the_same_books(string progress, int copyAt, int lostAt)
    {
        await using var broker = await TestBroker.StartAsync();
        var story = new Story("P1Y");
        using var store = KillTests.Overdue(story);
        await KillTests.DeclareAsync(broker);
        var listener = await Listener.StartAsync(broker);
        var backup = Path.Combine(store.Folder, "backup.db");
        await Publisher.PublishAsync(broker.Settings, seed: 1, unreadable: 0, malformed: 0);
        await using (var worker = WorkerProcess.Start(broker.Settings, store))
        {
            await worker.UntilAsync(() => store.Count(progress) >= copyAt, "it is time for a backup");
            await BackUpAsync(store, backup);
            await worker.UntilAsync(() => store.Count(progress) >= lostAt, "it has done more than the backup has");
            await worker.KillAsync();
        }

        var (lost, told) = (store.Count(progress), store.Count(Published));
        Restore(store, backup);
        Assert.InRange(store.Count(progress), copyAt, lost - 1);
        var toldAgain = told - store.Count(Published);
        await Publisher.PublishAsync(broker.Settings, seed: 2, unreadable: 0, malformed: 0);
        await using (var worker = WorkerProcess.Start(broker.Settings, store))
        {
            await worker.UntilAsync(() =>
                store.Count("SELECT LastRunUs FROM Store") > ReplayStore.NowUs - Instant.PerHourUs, "the time line has come to now");
            await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Notice WHERE Published = 0") == 0, "all notices are published");
            await worker.UntilAsync(async () => await broker.DepthAsync(BrokerTopology.UsageEvents) == 0, "the queue is empty");
            Assert.Equal(0, await worker.StopAsync());
        }

        await KillTests.HoldsAsync(story, store.Telling(), listener, KillTests.ReplayedInPeace(story));
        Assert.True(listener.EachIdIsOneNotice, "An id that was told before the file was lost tells the same after it.");
        Assert.InRange(listener.Deliveries - listener.Different, toldAgain, int.MaxValue);
    }

    /// <summary>As a person does it, beside the running worker.</summary>
    private static async Task BackUpAsync(ReplayStore store, string file)
    {
        using StringWriter output = new(), error = new();
        var exit = await CommandLine.RunAsync(["backup", file, "--set", $"Database:ConnectionString={store.ConnectionString}"], output, error);
        Assert.True(exit == Exit.Done, $"{error}");
    }

    private static void Restore(ReplayStore store, string backup)
    {
        var file = Path.Combine(store.Folder, "settlement.db");
        foreach (var part in new[] { file, file + "-wal", file + "-shm" })
            File.Delete(part);
        File.Move(backup, file);
    }
}
