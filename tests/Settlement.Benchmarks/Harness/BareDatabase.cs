using Microsoft.Data.Sqlite;

namespace Settlement.Benchmarks.Harness;

/// <summary>
/// The database that a baseline writes to: a SQLite file with the same durability as the worker's (write-ahead log, synchronous FULL), the same cache
/// and the same checkpoints, used directly through Microsoft.Data.Sqlite.
/// </summary>
internal sealed class BareDatabase : IDisposable
{
    private readonly string file;

    public BareDatabase(string file)
    {
        this.file = file;
        Connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        Connection.Open();
        Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -64000; PRAGMA wal_autocheckpoint = 64000");
    }

    public SqliteConnection Connection { get; }

    public long Execute(string text)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = text;
        command.CommandTimeout = 0;
        return command.ExecuteNonQuery();
    }

    public long Number(string text)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = text;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A prepared statement with parameters $0, $1 …</summary>
    public SqliteCommand Prepare(string text, int parameters)
    {
        var command = Connection.CreateCommand();
        command.CommandText = text;
        for (var i = 0; i < parameters; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        return command;
    }

    public static string Places(int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"${i}"));

    public void Dispose()
    {
        Connection.Dispose();
        Scratch.Delete(file);
    }
}
