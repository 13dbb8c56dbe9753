using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Settlement.Storage.Engines;

/// <summary>
/// SQLite in a file, with write-ahead logging and one writer at a time. A commit is on disk when it returns, unless the store is a throw-away one.
/// </summary>
public sealed partial class SqliteEngine : IEngine
{
    private const string Engine = "Sqlite";
    private const int BusyTimeoutMs = 120_000;
    private const int ConstraintError = 19;
    private const int KeyBroken = 787;
    private const int PrimaryKeyTaken = 1555;
    private const int UniqueKeyTaken = 2067;
    private const int RowIdTaken = 2579;
    private const long BytesPerMb = 1 << 20;
    private const int BytesPerPage = 4096;
    private const string Claim =
        "INSERT INTO EventIdentity (IdHash, ContentHash, AccountNo, TimeUs) VALUES (@IdHash, @ContentHash, @AccountNo, @TimeUs) ON CONFLICT DO NOTHING";
    private const string WithLog = "PRAGMA journal_mode = WAL";
    /// <summary>
    /// A closing of many hours reads as many streams at the same time, each of them once, so their connections need not cache what they have read.
    /// </summary>
    private const int ReaderCacheKb = 8_000;

    private const string WriterCache = "PRAGMA cache_size = -64000";

    private const string ThrownAway = "PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000";
    private const string Find = "SELECT ContentHash FROM EventIdentity WHERE IdHash = @IdHash";

    /// <summary>
    /// A list is one parameter, a JSON array, so that the statement is prepared once. SQLite looks parameters up by name, one after the other; a list
    /// of 600 took more time than all the rest of a closing.
    /// </summary>
    private static readonly FrozenDictionary<string, string> Texts = Sql.Of(Engine).ToFrozenDictionary(
        text => text.Key, text => ListParameter().Replace(text.Value, " IN (SELECT value FROM json_each(${list}))"), StringComparer.Ordinal);

    /// <summary>The largest size that the write-ahead log may keep, in MB of 1,048,576 bytes.</summary>
    public const int DefaultLogMb = 256;
    public const int LeastLogMb = 8;
    public const int MostLogMb = 4096;

    private readonly SqliteConnectionStringBuilder where;
    private readonly string file;
    private readonly bool durable;
    private readonly long logBytes;
    private readonly SemaphoreSlim writer = new(1);
    private readonly ConcurrentBag<Link> idle = [];

    /// <param name="connectionString">For example <c>Data Source=settlement.db</c>.</param>
    /// <param name="durable">False for a store that is thrown away: no waiting for the disk.</param>
    /// <param name="logMb">The largest size that the write-ahead log may keep.</param>
    public SqliteEngine(string connectionString, bool durable = true, int logMb = DefaultLogMb)
    {
        where = new SqliteConnectionStringBuilder(connectionString) { DefaultTimeout = BusyTimeoutMs / 1000, Pooling = false };
        file = Path.GetFullPath(where.DataSource);
        where.DataSource = file;
        this.durable = durable;
        logBytes = logMb * BytesPerMb;
    }

    public string Name => Engine;

    public string File => file;

    public bool Exists => System.IO.File.Exists(file);

    public string Describe() => $"SQLite file {file}";

    public Session Read()
    {
        var link = Take();
        return new Session(link.Connection, null, link.Statements, () => EndLook(link));
    }

    public Session Write()
    {
        writer.Wait();
        Link? link = null;
        try
        {
            link = Take();
            link.NeedWriting(file);
            return new Session(link.Connection, link.Connection.BeginTransaction(IsolationLevel.Serializable), link.Statements, () => GiveBack(link));
        }
        catch
        {
            GiveBack(link);
            throw;
        }
    }

    /// <summary>There is only one write transaction, so whatever it reads stays true until it ends.</summary>
    public void TakeGuard(Session session, bool exclusive)
    {
    }

    public void Insert(Session session, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows)
    {
        SqliteStatement? insert = null;
        foreach (var row in rows)
        {
            insert ??= session.Statements.Own("insert " + table, connection => new SqliteStatement(
                (SqliteConnection)connection, $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES (@{string.Join(", @", columns)})"));
            insert.Execute(row);
        }
    }

    /// <summary>
    /// In the order of the key, so that entries on the same page are written together. If the same identity comes twice, the first one goes first.
    /// </summary>
    public IReadOnlyList<Claimed> ClaimIdentities(Session session, IReadOnlyList<NewIdentity> claims)
    {
        var insert = session.Statements.Own("claim", connection => new SqliteStatement((SqliteConnection)connection, Claim));
        var find = session.Statements.Own("claimed", connection => new SqliteStatement((SqliteConnection)connection, Find));
        var order = new (UInt128 Key, int Index)[claims.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = (BinaryPrimitives.ReadUInt128BigEndian(claims[i].IdHash), i);
        Array.Sort(order);
        var results = new Claimed[claims.Count];
        foreach (var (_, i) in order)
        {
            var claim = claims[i];
            insert.Bind(1, claim.IdHash);
            insert.Bind(2, claim.ContentHash);
            insert.Bind(3, claim.AccountNo);
            insert.Bind(4, claim.TimeUs);
            if (insert.Step() == 1)
                continue;
            find.Bind(1, claim.IdHash);
            results[i] = find.FirstIs(claim.ContentHash) == true ? Claimed.Same : Claimed.Different;
        }

        return results;
    }

    /// <summary>Only the single writer assigns numbers.</summary>
    public long NewWordNo(Session session, WordKind kind) => session.One<long?>("words/last", new { Kind = (long)kind }).GetValueOrDefault() + 1;

    public long NewScopeNo(Session session) => session.One<long?>("usage/last-scope").GetValueOrDefault() + 1;

    /// <summary>A key that is taken or missing means that another writer was first. A broken check constraint stays broken.</summary>
    public bool MayRetry(DbException error) => error is SqliteException
    {
        SqliteErrorCode: ConstraintError, SqliteExtendedErrorCode: KeyBroken or PrimaryKeyTaken or UniqueKeyTaken or RowIdTaken,
    };

    /// <summary>A lock of the file system, which is released as soon as the process ends. A throw-away store has only one worker.</summary>
    public WorkClaim? TryClaim(string name) => durable ? FileClaim.TryTake($"{file}.{name.Split(' ')[0]}.lock") : WorkClaim.Alone;

    public IReadOnlyList<string> Claimants(string prefix) => [];

    public void ForgetClaims(Session session, string prefix)
    {
    }

    public int Migrate(Action<string> log)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var link = new Link(Open());
        link.NeedWriting(file);
        return Migrations.Run(link.Connection, Engine, log);
    }

    public IReadOnlyList<string> SchemaDifferences()
    {
        if (!Exists)
            return [$"{file} does not exist"];
        using var opened = Open();
        return Migrations.Differences(opened.Connection, Engine, "SELECT COUNT(*) FROM sqlite_master WHERE name = @Table");
    }

    /// <summary>Copies the file, in its current state, next to itself. Returns the copy's name, or null if there is nothing to copy.</summary>
    public string? CopyBefore(string what, DateTimeOffset now)
    {
        if (!Exists)
            return null;
        var copy = string.Create(CultureInfo.InvariantCulture, $"{file}.before-{what}-{now:yyyyMMddHHmmss}");
        using var source = Open();
        using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ToString());
        target.Open();
        source.Connection.BackupDatabase(target);
        return copy;
    }

    public DatabaseFaults Faults() => DatabaseFaults.None;

    public IDisposable? TryAttach(out string? holder)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        // Before the lock is created by a user who can't work on the file. Another user who can might be unable to take that lock.
        if (Exists)
            NeedWriting();
        return WorkerLock.TryTake(file + ".lock", out holder);
    }

    public string? AttachedWorker() => WorkerLock.Holder(file + ".lock");

    public void Dispose()
    {
        while (idle.TryTake(out var link))
            link.Dispose();
        writer.Dispose();
    }

    [GeneratedRegex(@" IN (?<list>@\w+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ListParameter();

    private Link Take() => idle.TryTake(out var link) ? link : new Link(Open());

    /// <summary>Whatever happened to the connection, the next writer gets its turn.</summary>
    private void GiveBack(Link? link)
    {
        try
        {
            if (link is null)
                return;
            CutLog(link);
            Keep(link);
        }
        catch (SqliteException)
        {
            // The transaction is over, whatever happens to the log. If something is wrong, the next one will see it.
            link!.Dispose();
        }
        finally
        {
            writer.Release();
        }
    }

    /// <summary>A connection whose transaction could not be ended is useless to the next session.</summary>
    private void Keep(Link link)
    {
        if (link.IsFree)
            idle.Add(link);
        else
            link.Dispose();
    }

    /// <summary>
    /// The reader is done with the connection. A connection that treated the file as unchanging is not kept, because that may not hold for the next
    /// reader.
    /// </summary>
    private void EndLook(Link link)
    {
        if (!link.IsFrozen)
        {
            Keep(link);
            return;
        }

        using (link)
            link.AssertUnchanged();
    }

    private void NeedWriting()
    {
        using var link = new Link(Open());
        link.NeedWriting(file);
    }

    /// <summary>
    /// A connection on which nothing is written, not even by its settings, before someone really writes: not every reader may write.
    /// </summary>
    private OpenedFile Open() => OpenedFile.Open(where, durable ? Durable() : ThrownAway);

    /// <summary>
    /// The log is written back into the file when it has filled three quarters of its space. The rest is for the transaction at whose end this is
    /// noticed, and for those that come while a reader delays it.
    /// </summary>
    private string Durable() => string.Create(
        CultureInfo.InvariantCulture,
        $"PRAGMA busy_timeout = {BusyTimeoutMs}; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -{ReaderCacheKb}; PRAGMA wal_autocheckpoint = {logBytes / 4 * 3 / BytesPerPage}; PRAGMA journal_size_limit = {logBytes}");

    /// <summary>
    /// Cuts off the part of the log left by a large transaction or a long reader as soon as possible, even if nobody writes any more. Does not wait
    /// for any reader.
    /// </summary>
    private void CutLog(Link link)
    {
        if (!durable || !link.MayWrite || !link.IsFree || new FileInfo(file + "-wal") is not { Exists: true, Length: var length }
            || length <= logBytes)
            return;
        OpenedFile.Execute(link.Connection,
            string.Create(
            CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = {BusyTimeoutMs}"));
    }

    /// <summary>An open connection with its prepared statements, kept for the next session.</summary>
    private sealed class Link(OpenedFile opened) : IDisposable
    {
        public SqliteConnection Connection => opened.Connection;

        public bool IsFree => SQLitePCL.raw.sqlite3_get_autocommit(Connection.Handle) != 0;

        public bool IsFrozen => opened.IsFrozen;

        /// <summary>Whether the file has been made ready for writers on this connection.</summary>
        public bool MayWrite { get; private set; }

        public Statements Statements { get; } = new(opened.Connection, Texts, prepare: text => new SqliteStatement(opened.Connection, text));

        public void AssertUnchanged() => opened.AssertUnchanged();

        /// <summary>A file without a write-ahead log (a new one or a restored copy) gets one with its first writer.</summary>
        public void NeedWriting(string file)
        {
            if (MayWrite)
                return;
            if (opened.WhyReadOnly is { } why)
                throw StoreAccessException.NoWriting(file, why);
            using var command = Connection.CreateCommand();
            command.CommandText = WithLog;
            command.ExecuteNonQuery();
            OpenedFile.Execute(Connection, WriterCache);
            MayWrite = true;
        }

        public void Dispose()
        {
            Statements.Dispose();
            opened.Dispose();
        }
    }
}
