using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Settlement.Storage.Engines;

/// <summary>
/// A connection to a SQLite file, also to one that this process may read and not write. SQLite by itself would fail there, because it wants to make
/// the log and its index beside the file; or, where only the file is read-only, make them and leave them as the reader's, so that the worker could
/// not write them any more. So such a file is read:
/// <list type="bullet">
/// <item>through the log and the index, where both are there: a worker has them open, or has left them;</item>
/// <item>as a file that nobody changes, where there is no log. Should a worker write it meanwhile, <see cref="AssertUnchanged"/> throws;</item>
/// <item>not at all, where a log with content lies there without its index.</item>
/// </list>
/// </summary>
internal sealed class OpenedFile : IDisposable
{
    /// <summary>A worker that starts or ends just now makes or removes the log and the index one after the other.</summary>
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

    /// <summary>Null: it may be written.</summary>
    public string? WhyReadOnly { get; }

    /// <summary>Whether it is read as a file that nobody changes.</summary>
    public bool IsFrozen => frozen is not null;

    /// <summary>Opens the file and does the settings; whoever may write it can do so. Nothing is written yet.</summary>
    /// <param name="where">The file by its full path; it is made if that is allowed.</param>
    /// <param name="settings">Statements that write nothing; the first ones that touch the file.</param>
    /// <exception cref="StoreAccessException">It can't even be read.</exception>
    public static OpenedFile Open(SqliteConnectionStringBuilder where, string settings) => Open(where, where.Mode, settings);

    /// <summary>Opens the file for reading alone, and leaves it as it is also where this process may write it.</summary>
    /// <inheritdoc cref="Open(SqliteConnectionStringBuilder, string)"/>
    public static OpenedFile ToLook(SqliteConnectionStringBuilder where, string settings) => Open(where, SqliteOpenMode.ReadOnly, settings);

    /// <summary>
    /// Executes statements one after the other, and throws what the first one that fails throws: a command of ADO.NET passes over the failures behind
    /// the first statement that returns a row, and some settings do.
    /// </summary>
    public static void Execute(SqliteConnection connection, string sql) =>
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection.Handle!, sql), connection.Handle!);

    /// <exception cref="StoreAccessException">What was read may be of different instants.</exception>
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

    /// <summary>Asks SQLite: it opens a file that it can't write for reading. No statement is executed, so nothing is made beside it.</summary>
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

    /// <summary>Whether there is anything that SQLite has to look at beside the file, and can; null: it can't.</summary>
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
