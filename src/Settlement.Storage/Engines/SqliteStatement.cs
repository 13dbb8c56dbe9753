using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Settlement.Storage.Engines;

/// <summary>
/// A prepared statement for the hot paths, executed without ADO.NET. ADO.NET looks each parameter up by name and creates a reader for every row
/// inserted, which took more time than SQLite itself.
/// </summary>
internal sealed class SqliteStatement : PreparedStatement
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;

    public SqliteStatement(SqliteConnection connection, string text)
    {
        database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(database, text, raw.SQLITE_PREPARE_PERSISTENT, out statement));
    }

    public override int Execute(params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
            Bind(i + 1, values[i]);
        return Step();
    }

    public void Bind(int place, long value) => Check(BindNumber(statement.DangerousGetHandle(), place, value));

    public void Bind(int place, ReadOnlySpan<byte> value) => Check(raw.sqlite3_bind_blob(statement, place, value));

    /// <summary>Executes with the bound values; returns the rows affected.</summary>
    public int Step()
    {
        var code = raw.sqlite3_step(statement);
        // Resetting returns the error code again, and so leaves the statement usable before anything is thrown.
        var again = raw.sqlite3_reset(statement);
        if (code != raw.SQLITE_DONE)
            Check(again == raw.SQLITE_OK ? code : again);
        return raw.sqlite3_changes(database);
    }

    /// <summary>Whether the first column of the first row is a blob of these bytes; null when there is no row.</summary>
    public bool? FirstIs(ReadOnlySpan<byte> value)
    {
        var code = raw.sqlite3_step(statement);
        bool? found = code == raw.SQLITE_ROW ? raw.sqlite3_column_blob(statement, 0).SequenceEqual(value) : null;
        var again = raw.sqlite3_reset(statement);
        if (found is null && code != raw.SQLITE_DONE)
            Check(again == raw.SQLITE_OK ? code : again);
        return found;
    }

    /// <summary>
    /// Calls SQLitePCLRaw's library directly, without counting a reference to the handle for each of the millions of numbers. This object holds a
    /// reference until it is disposed.
    /// </summary>
    [DllImport("e_sqlite3", EntryPoint = "sqlite3_bind_int64", CallingConvention = CallingConvention.Cdecl), SuppressGCTransition]
    private static extern int BindNumber(IntPtr statement, int place, long value);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            statement.Dispose();
    }

    private void Bind(int place, object? value)
    {
        switch (value)
        {
            case null:
                Check(raw.sqlite3_bind_null(statement, place));
                break;
            case long number:
                Bind(place, number);
                break;
            case int number:
                Bind(place, (long)number);
                break;
            case string text:
                BindText(place, text);
                break;
            case byte[] bytes:
                Bind(place, bytes);
                break;
            default:
                throw new ArgumentException($"A {value.GetType()} is not stored anywhere.", nameof(value));
        }
    }

    /// <summary>Binds the text with its length, so that it is stored whole whatever it contains.</summary>
    private void BindText(int place, string text)
    {
        const int OnStack = 512;
        var length = Encoding.UTF8.GetByteCount(text);
        var bytes = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        Encoding.UTF8.GetBytes(text, bytes);
        Check(raw.sqlite3_bind_text(statement, place, bytes[..length]));
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(code, database);
    }
}
