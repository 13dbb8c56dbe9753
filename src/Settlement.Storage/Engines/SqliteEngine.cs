using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Settlement.Storage.Engines;

/// <summary>SQLite in a file, write-ahead logging, one writer at a time; a commit is on disk when it returns unless the store is a throw-away one.</summary>
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
    /// <summary>A closing of many hours reads as many streams side by side, each of them once: their connections need not remember what they have read.</summary>
    private const int ReaderCacheKb = 8_000;

    private const string WriterCache = "PRAGMA cache_size = -64000";

    private const string ThrownAway = "PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000";
    private const string Find = "SELECT ContentHash FROM EventIdentity WHERE IdHash = @IdHash";

    /// <summary>
    /// A list is one parameter, a JSON array, so that the statement is prepared once: SQLite looks parameters up by their names, one after the
    /// other, and a list of 600 took more time than all the rest of a closing.
    /// </summary>
    private static readonly FrozenDictionary<string, string> Texts = Sql.Of(Engine).ToFrozenDictionary(
        text => text.Key, text => ListParameter().Replace(text.Value, " IN (SELECT value FROM json_each(${list}))"), StringComparer.Ordinal);

    /// <summary>How large the write-ahead log may stay, in MB of 1,048,576 bytes.</summary>
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
    /// <param name="logMb">How large the write-ahead log may stay.</param>
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

    /// <summary>A write transaction is the only one, so whatever it reads stands until it ends.</summary>
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

    /// <summary>In the order of the key, so that what lies on one page is written at one go; of the same identity twice, the first one first.</summary>
    public IReadOnlyList<Claimed> ClaimIdentities(Session session, IReadOnlyList<IdentityClaim> claims)
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

    /// <summary>The one writer is the only one who numbers.</summary>
    public long NewWordNo(Session session, WordKind kind) => session.One<long?>("words/last", new { Kind = (long)kind }).GetValueOrDefault() + 1;

    public long NewScopeNo(Session session) => session.One<long?>("usage/last-scope").GetValueOrDefault() + 1;

    /// <summary>A key that is taken, or not there: another writer was first. A check that is broken stays so.</summary>
    public bool MayRetry(DbException error) => error is SqliteException
    {
        SqliteErrorCode: ConstraintError, SqliteExtendedErrorCode: KeyBroken or PrimaryKeyTaken or UniqueKeyTaken or RowIdTaken,
    };

    /// <summary>A lock of the file system, which a process that ends gives back at once. A throw-away store has one worker.</summary>
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

    /// <summary>Copies the file, as it stands, beside itself; returns the copy's name, or null when there is nothing to copy.</summary>
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
        // Before there is a lock of a user who can't work on the file: whoever can, may not be able to take that one over.
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

    /// <summary>Whatever happened to the connection, the next writer gets his turn.</summary>
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
            // The transaction is over, whatever becomes of the log; the next one sees what is wrong, if anything is.
            link!.Dispose();
        }
        finally
        {
            writer.Release();
        }
    }

    /// <summary>A connection whose transaction could not be ended is of no use to the next session.</summary>
    private void Keep(Link link)
    {
        if (link.IsFree)
            idle.Add(link);
        else
            link.Dispose();
    }

    /// <summary>Whoever has looked is done with the connection; one that took the file for one that nobody changes is of no use to the next, for whom that may be otherwise.</summary>
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

    /// <summary>A connection that nothing is written on, nor by its settings, before somebody writes: not everyone who looks may.</summary>
    private OpenedFile Open() => OpenedFile.Open(where, durable ? Durable() : ThrownAway);

    /// <summary>
    /// The log is written back into the file when it has filled three quarters of its room: the rest is for the transaction at whose end that is seen, and for those
    /// that come while a reader holds it up.
    /// </summary>
    private string Durable() => string.Create(
        CultureInfo.InvariantCulture,
        $"PRAGMA busy_timeout = {BusyTimeoutMs}; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -{ReaderCacheKb}; PRAGMA wal_autocheckpoint = {logBytes / 4 * 3 / BytesPerPage}; PRAGMA journal_size_limit = {logBytes}");

    /// <summary>What a large transaction or a long reader has left is cut off as soon as it can be, also when nobody writes any more. It waits for no reader.</summary>
    private void CutLog(Link link)
    {
        if (!durable || !link.MayWrite || !link.IsFree || new FileInfo(file + "-wal") is not { Exists: true, Length: var length } || length <= logBytes)
            return;
        OpenedFile.Execute(link.Connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = {BusyTimeoutMs}"));
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

        /// <summary>A file that has no write-ahead log, a new one or a restored copy, gets it with its first writer.</summary>
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
