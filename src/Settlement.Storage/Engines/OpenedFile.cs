using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Settlement.Storage.Engines;

/// <summary>
/// A connection to a SQLite file, even to one that this process may read but not write. SQLite alone would fail there, because it wants to create the
/// log and its index next to the file. If only the file itself is read-only, it would create them and leave them owned by the reader, so that the
/// worker could no longer write them. So such a file is read in one of these ways:
/// <list type="bullet">
/// <item>through the log and the index, if both exist: a worker has them open, or has left them;</item>
/// <item>as a file that nobody changes, if there is no log. If a worker writes to it meanwhile, <see cref="AssertUnchanged"/> throws;</item>
/// <item>not at all, if there is a log with content but no index.</item>
/// </list>
/// </summary>
internal sealed class OpenedFile : IDisposable
{
    /// <summary>A worker that is just starting or ending creates or removes the log and the index one after the other.</summary>
    private const int Tries = 10;
    private const int BetweenTriesMs = 25;

    private readonly string file;
    private readonly FileState? frozen;

    private OpenedFile(string file, SqliteConnection connection, string? whyReadOnly, FileState? frozen)
    {
        this.file = file;
        Connection = connection;
        WhyReadOnly = whyReadOnly;
        this.frozen = frozen;
    }

    public SqliteConnection Connection { get; }

    /// <summary>Null: the file may be written.</summary>
    public string? WhyReadOnly { get; }

    /// <summary>Whether it is read as a file that nobody changes.</summary>
    public bool IsFrozen => frozen is not null;

    /// <summary>Opens the file and applies the settings, for anyone, including those who may write to it. Nothing is written yet.</summary>
    /// <param name="where">The file, by its full path; it is created if that is allowed.</param>
    /// <param name="settings">Statements that write nothing. They are the first to touch the file.</param>
    /// <exception cref="StoreAccessException">The file can't even be read.</exception>
    public static OpenedFile Open(SqliteConnectionStringBuilder where, string settings) => Open(where, where.Mode, settings);

    /// <summary>Opens the file for reading only, and leaves it unchanged even if this process may write it.</summary>
    /// <inheritdoc cref="Open(SqliteConnectionStringBuilder, string)"/>
    public static OpenedFile ToLook(SqliteConnectionStringBuilder where, string settings) => Open(where, SqliteOpenMode.ReadOnly, settings);

    /// <summary>
    /// Executes statements one after the other and throws the first failure. An ADO.NET command would ignore failures after the first statement that
    /// returns a row, and some settings do return one.
    /// </summary>
    public static void Execute(SqliteConnection connection, string sql) =>
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection.Handle!, sql), connection.Handle!);

    /// <exception cref="StoreAccessException">The data read may come from different instants.</exception>
    public void AssertUnchanged()
    {
        if (frozen is { } before && FileState.Of(file) != before)
            throw new StoreAccessException($"{file} was written while it was read; nothing is wrong with it: try again");
    }

    public void Dispose() => Connection.Dispose();

    private static OpenedFile Open(SqliteConnectionStringBuilder where, SqliteOpenMode mode, string settings)
    {
        if (!MayWrite(where))
            return OpenReadOnly(where, settings, "the file is read-only");
        try
        {
            return new OpenedFile(where.DataSource, Connect(where, where.DataSource, mode, settings), null, null);
        }
        catch (SqliteException e) when (IsForWantOfRight(e) && File.Exists(where.DataSource))
        {
            return OpenReadOnly(where, settings, "its folder is read-only, and SQLite keeps files beside it");
        }
    }

    /// <summary>
    /// Asks SQLite, which opens a file that it can't write for reading. No statement is executed, so nothing is created next to it.
    /// </summary>
    private static bool MayWrite(SqliteConnectionStringBuilder where)
    {
        try
        {
            using var connection = new SqliteConnection(where.ToString());
            connection.Open();
            return raw.sqlite3_db_readonly(connection.Handle!, "main") == 0;
        }
        catch (SqliteException e) when (IsForWantOfRight(e) && CouldBeMade(where.DataSource))
        {
            throw StoreAccessException.NoWriting(where.DataSource, "it is not there and can't be made in its folder");
        }
    }

    private static bool CouldBeMade(string file) => !File.Exists(file) && Directory.Exists(Path.GetDirectoryName(file));

    private static OpenedFile OpenReadOnly(SqliteConnectionStringBuilder where, string settings, string why)
    {
        for (var attempt = 1; ; attempt++)
        {
            var isLast = attempt == Tries;
            try
            {
                switch (HasLog(where.DataSource))
                {
                    case true:
                        return new OpenedFile(where.DataSource, Connect(where, where.DataSource, SqliteOpenMode.ReadOnly, settings), why, null);
                    case false:
                        return Frozen(where, settings, why);
                    case null when isLast:
                        throw StoreAccessException.LogWithoutIndex(where.DataSource, why);
                }
            }
            catch (SqliteException e) when (IsForWantOfRight(e))
            {
                if (isLast)
                    throw StoreAccessException.NoReading(where.DataSource, e);
            }

            Thread.Sleep(BetweenTriesMs);
        }
    }

    private static OpenedFile Frozen(SqliteConnectionStringBuilder where, string settings, string why)
    {
        var before = FileState.Of(where.DataSource);
        return new OpenedFile(where.DataSource, Connect(where, Immutable(where.DataSource), SqliteOpenMode.ReadOnly, settings), why, before);
    }

    private static SqliteConnection Connect(SqliteConnectionStringBuilder where, string source, SqliteOpenMode mode, string settings)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(where.ToString()) { DataSource = source, Mode = mode }.ToString());
        try
        {
            connection.Open();
            Execute(connection, settings);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a log next to the file that SQLite has to read and can read; null: it can't read it.</summary>
    private static bool? HasLog(string file)
    {
        var isIndexed = File.Exists(file + "-wal") && File.Exists(file + "-shm");
        return isIndexed || HasContent(file + "-journal") ? true : HasContent(file + "-wal") ? null : false;
    }

    private static bool HasContent(string file) => new FileInfo(file) is { Exists: true, Length: > 0 };

    private static bool IsForWantOfRight(SqliteException e) => e.SqliteErrorCode is raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY;

    private static string Immutable(string file)
    {
        var names = (Path.DirectorySeparatorChar == '\\' ? file.Replace('\\', '/') : file).Split('/').Select(Uri.EscapeDataString);
        return $"file://{(file[0] == '/' ? "" : "/")}{string.Join('/', names)}?immutable=1";
    }

    /// <summary>What changes when a file is written.</summary>
    private readonly record struct FileState(long Length, DateTime Written)
    {
        public static FileState Of(string file) =>
            new FileInfo(file) is { Exists: true } info ? new FileState(info.Length, info.LastWriteTimeUtc) : default;
    }
}
