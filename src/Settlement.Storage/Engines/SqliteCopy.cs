using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Settlement.Storage.Engines;

/// <summary>
/// Makes a consistent copy of a SQLite file while others write to it. All steps run within one read transaction, so the copy shows the store as it
/// was when the copy began, and it ends after one pass over the file. The shell's <c>.backup</c> has no such transaction and starts again at every
/// commit of another process. Writers continue meanwhile. Only the write-ahead log can't be reused until the copy is done, so it grows by what they
/// write.
/// </summary>
public static class SqliteCopy
{
    /// <summary>Pages copied in one step: 4 MB with pages of 4 kB.</summary>
    public const int PagesPerStep = 1000;

    private const int BusyTimeoutMs = 120_000;

    /// <param name="source">The file of the store. Nothing is written to it.</param>
    /// <param name="target">
    /// A file that does not exist yet. It gets no write-ahead log, so it is complete by itself. It is on disk when this returns.
    /// </param>
    /// <param name="copied">Called after each step with the number of pages copied and the total number of pages.</param>
    /// <exception cref="StoreAccessException">This process has no right to read the source.</exception>
    /// <exception cref="SqliteException">The source can't be read or the target can't be written. A partial target may exist.</exception>
    public static void Make(string source, string target, Action<long, long>? copied = null)
    {
        using var opened = OpenedFile.ToLook(Connection(source), $"PRAGMA busy_timeout = {BusyTimeoutMs}; BEGIN; SELECT COUNT(*) FROM sqlite_master");
        var from = opened.Connection;
        using var to = new SqliteConnection(Connection(target).ToString());
        to.Open();
        // Until the copy is complete there is nothing to protect: no journal, no waiting for the disk.
        OpenedFile.Execute(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
        Copy(from.Handle!, to.Handle!, copied);
        OpenedFile.Execute(from, "ROLLBACK");
        opened.AssertUnchanged();
        OpenedFile.Execute(to, "PRAGMA journal_mode = DELETE");
        to.Close();
        using var file = new FileStream(target, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    private static void Copy(sqlite3 from, sqlite3 to, Action<long, long>? copied)
    {
        using var backup = raw.sqlite3_backup_init(to, "main", from, "main");
        if (backup.IsInvalid)
            SqliteException.ThrowExceptionForRC(raw.sqlite3_errcode(to), to);
        int code;
        do
        {
            code = raw.sqlite3_backup_step(backup, PagesPerStep);
            var pages = raw.sqlite3_backup_pagecount(backup);
            copied?.Invoke(pages - raw.sqlite3_backup_remaining(backup), pages);
        }
        while (code == raw.SQLITE_OK);
        if (code != raw.SQLITE_DONE)
            SqliteException.ThrowExceptionForRC(code, to);
    }

    private static SqliteConnectionStringBuilder Connection(string file) => new() { DataSource = file, Pooling = false };
}
