using Microsoft.Data.Sqlite;
using Settlement.Storage.Engines;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

/// <summary>A SQLite store that the user who runs the verb may read but not write, as with an operator's login.</summary>
public sealed class ReadOnlyStoreTests
{
    private const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Write = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Verbs that only look. The first ones stand for all of them where more than one way to read is tried.</summary>
    private static readonly string[] Looking =
    [
        "status", "bill", "close --dry-run", "bill --output csv", "account a1", "explain {row}", "quarantine list", "quarantine show 1", "clock show",
        "parked list", "parked show", "catalog show", "catalog check {catalog}", "lifecycle --dry-run",
    ];

    private static readonly string[] OfNow = ["Clock", "Database", "Held since"];

    /// <summary>Whether a folder and a file in it may be written: a missing right to either of them is enough to make SQLite fail.</summary>
    public static TheoryData<bool, bool> Rights => new() { { false, false }, { true, false }, { false, true } };

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task A_quiet_store_is_looked_at_as_by_its_owner_and_nothing_is_left_beside_it(bool folder, bool file)
    {
        await OtherUser.NeedAsync();
        using var store = await StoreAsync();
        var verbs = await VerbsAsync(store, folder || file ? 3 : Looking.Length);
        var expected = await AllAsync(verbs, store.RunAsync);
        await store.DoAsync("status");
        Assert.False(File.Exists(store.File + "-wal"), "it is not quiet");
        using var rights = Limit(store, folder, file);
        var before = Files(store);

        Assert.Equal(expected, await AllAsync(verbs, args => OtherUser.RunAsync(store, args)));
        Assert.Equal(before, Files(store));
    }

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task Beside_a_worker_its_latest_commit_is_seen(bool folder, bool file)
    {
        await OtherUser.NeedAsync();
        using var store = await StoreAsync();
        using var worker = new SqliteEngine(new SqliteConnectionStringBuilder { DataSource = store.File }.ToString());
        using var attached = worker.TryAttach(out _);
        using (worker.Read())
            await store.CommandsAsync(new { id = "late", type = "open-account", account = "late" });
        Assert.True(new FileInfo(store.File + "-wal").Length > 0, "there is no log, so nothing is shown");
        var verbs = await VerbsAsync(store, 3);
        var expected = await AllAsync(verbs, store.RunAsync);
        using var rights = Limit(store, folder, file);
        var before = Files(store);

        Assert.Equal(expected, await AllAsync(verbs, args => OtherUser.RunAsync(store, args)));
        Assert.Equal(Exit.Done, (await OtherUser.RunAsync(store, "account", "late")).Exit);
        Assert.Contains($"process {Environment.ProcessId} on ", expected[0], StringComparison.Ordinal);
        Assert.Equal(before, Files(store));
    }

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task What_is_only_in_the_log_that_a_killed_worker_left_is_seen(bool folder, bool file)
    {
        await OtherUser.NeedAsync();
        using var store = await StoreAsync();
        await KilledAsync(store);
        using var rights = Limit(store, folder, file);
        var before = Files(store);

        Assert.Equal(Exit.Done, (await OtherUser.RunAsync(store, "account", "late")).Exit);
        if (!file)
            Assert.Equal(before, Files(store));
    }

    [Theory]
    [MemberData(nameof(Rights))]
    public async Task A_log_without_its_index_can_not_be_read_and_it_is_said_what_to_do(bool folder, bool file)
    {
        await OtherUser.NeedAsync();
        using var store = await StoreAsync();
        await KilledAsync(store);
        File.Delete(store.File + "-shm");
        using var rights = Limit(store, folder, file);
        var before = Files(store);

        var ran = await OtherUser.RunAsync(store, "account", "late");
        Assert.Equal((Exit.BadInput, ""), (ran.Exit, ran.Output));
        Assert.StartsWith($"{store.File} can't be read: what was written last is in {store.File}-wal", ran.Error, StringComparison.Ordinal);
        Assert.Contains("settlement status", ran.Error, StringComparison.Ordinal);
        Assert.Equal(before, Files(store));
    }

    [Theory]
    [InlineData("close", false, false)]
    [InlineData("close", false, true)]
    [InlineData("close", true, false)]
    [InlineData("run --set Http:Port=0", false, false)]
    [InlineData("run --set Http:Port=0", false, true)]
    [InlineData("run --set Http:Port=0", true, false)]
    [InlineData("lifecycle", false, false)]
    [InlineData("quarantine release --all", false, false)]
    [InlineData("parked retry", false, false)]
    [InlineData("clock confirm 2023-04-18T15:00:00Z", false, false)]
    [InlineData("command {commands}", false, false)]
    [InlineData("migrate --test-store", false, false)]
    public async Task Who_writes_is_refused_and_told_which_file_and_why_and_nothing_is_left_beside_it(string verb, bool folder, bool file)
    {
        await OtherUser.NeedAsync();
        using var store = await StoreAsync();
        using var rights = Limit(store, folder, file);
        var before = Files(store);

        var ran = await OtherUser.RunAsync(store, verb.Replace("{commands}", store.PathOf("commands.ndjson"), StringComparison.Ordinal).Split(' '));

        Assert.Equal(Exit.BadInput, ran.Exit);
        Assert.StartsWith($"{store.File} can't be written by user ", ran.Error, StringComparison.Ordinal);
        Assert.Contains(file ? ": its folder is read-only" : ": the file is read-only", ran.Error, StringComparison.Ordinal);
        Assert.Single(ran.Error.TrimEnd('\n').Split('\n'));
        Assert.Equal(before, Files(store));
    }

    [Fact]
    public async Task A_store_that_can_not_be_made_is_a_file_that_can_not_be_written()
    {
        await OtherUser.NeedAsync();
        using var store = new TestStore();
        using var rights = Limit(store, folder: false, file: false);
        foreach (var verb in new[] { "migrate", "close", "run" })
        {
            var ran = await OtherUser.RunAsync(store, verb, "--set", "Http:Port=0");
            Assert.Equal((Exit.BadInput, ""), (ran.Exit, ran.Output));
            Assert.StartsWith(store.File, ran.Error, StringComparison.Ordinal);
            Assert.Contains("can't be written by user ", ran.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_store_can_be_copied_out_of_a_folder_that_is_read_only()
    {
        await OtherUser.NeedAsync();
        using var store = await StoreAsync();
        using var other = new TestStore();
        File.SetUnixFileMode(other.PathOf("."), Read | Write | Enter);
        var expected = (await store.DoAsync("bill", "--output", "json")).Output;
        using var rights = Limit(store, folder: false, file: false);
        var before = Files(store);

        var ran = await OtherUser.RunAsync(store, "backup", other.PathOf("copy.db"));
        Assert.True(ran.Exit == Exit.Done, ran.Error);
        Assert.Equal(expected, (await store.AtAsync(other.PathOf("copy.db"), "bill", "--output", "json")).Output);
        Assert.Equal(before, Files(store));
    }

    [Fact]
    public async Task A_restored_copy_that_has_no_log_yet_is_looked_at_and_not_changed()
    {
        using var store = await StoreAsync();
        await store.DoAsync("backup", store.PathOf("copy.db"));
        var before = await File.ReadAllBytesAsync(store.PathOf("copy.db"), TestContext.Current.CancellationToken);

        Assert.Equal(Exit.Done, (await store.AtAsync(store.PathOf("copy.db"), "status")).Exit);
        Assert.Equal(before, await File.ReadAllBytesAsync(store.PathOf("copy.db"), TestContext.Current.CancellationToken));
    }

    /// <summary>A store with bill rows and held events.</summary>
    private static async Task<TestStore> StoreAsync()
    {
        var store = await VerbTests.StoreAsync();
        await store.RunAsync("close", "--until", "2023-04-18T19:00:00");
        return store;
    }

    /// <summary>The store as a worker leaves it that is killed after a commit.</summary>
    private static async Task KilledAsync(TestStore store)
    {
        using (var worker = new SqliteEngine(new SqliteConnectionStringBuilder { DataSource = store.File }.ToString()))
        using (worker.Read())
        {
            await store.CommandsAsync(new { id = "late", type = "open-account", account = "late" });
            foreach (var companion in new[] { "-wal", "-shm" })
                File.Copy(store.File + companion, store.PathOf("kept" + companion));
            File.Copy(store.File, store.PathOf("kept"));
        }

        foreach (var part in new[] { "", "-wal", "-shm" })
            File.Move(store.PathOf("kept" + part), store.File + part, overwrite: true);
    }

    private static async Task<List<string>> VerbsAsync(TestStore store, int count)
    {
        var row = (await store.DoAsync("bill", "--output", "json")).Json[0].GetProperty("row").GetString();
        return [.. Looking.Take(count)
            .Select(v =>
            v.Replace("{row}", row, StringComparison.Ordinal).Replace("{catalog}", store.PathOf("catalog.json"), StringComparison.Ordinal))];
    }

    private static async Task<List<string>> AllAsync(List<string> verbs, Func<string[], Task<Ran>> run)
    {
        var all = new List<string>();
        foreach (var verb in verbs)
        {
            var ran = await run(verb.Split(' '));
            Assert.True(ran.Exit is Exit.Done, $"settlement {verb}: exit code {ran.Exit}\n{ran.Error}{ran.Output}");
            all.Add(AtSomeTime(ran.Output));
        }

        return all;
    }

    /// <summary>Without the lines that say what time it is.</summary>
    private static string AtSomeTime(string output) =>
        string.Join('\n', output.Split('\n').Where(l => !Array.Exists(OfNow, name => l.StartsWith(name, StringComparison.Ordinal))));

    private static List<string> Files(TestStore store) =>
        [.. new DirectoryInfo(store.PathOf(".")).GetFiles("settlement.db*").OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => $"{f.Name} {f.Length} {f.LastWriteTimeUtc:O}")];

    /// <summary>Takes rights away; they are given back at the end, so that the next test can empty the folder.</summary>
    private static Rest Limit(TestStore store, bool folder, bool file)
    {
        foreach (var one in Directory.GetFiles(store.PathOf("."), "settlement.db*"))
            File.SetUnixFileMode(one, file ? Read | Write : Read);
        File.SetUnixFileMode(store.PathOf("."), (folder ? Read | Write : Read) | Enter);
        return new Rest(store.PathOf("."));
    }

    private sealed class Rest(string folder) : IDisposable
    {
        public void Dispose() => File.SetUnixFileMode(folder, Read | Write | Enter);
    }
}
