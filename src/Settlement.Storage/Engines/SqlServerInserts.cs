using System.Data;
using System.Runtime.ExceptionServices;
using Microsoft.Data.SqlClient;

namespace Settlement.Storage.Engines;

/// <summary>Inserts many rows at once: in one statement if they are few, otherwise with a bulk copy.</summary>
internal static class SqlServerInserts
{
    /// <summary>Fewer than 5,000 locks, at which the server would lock the table instead of rows and so lock out every other worker.</summary>
    public const int RowsPerStatement = 4000;

    private const int RowsAsStatement = 40;

    /// <summary>Per chunk of rows. The guard of the closed hours is held meanwhile.</summary>
    private const int ChunkSeconds = 60;

    public static void Insert(Session session, string table, IReadOnlyList<string> columns, IReadOnlyList<object?[]> rows)
    {
        if (rows.Count == 0)
            return;
        if (rows.Count <= RowsAsStatement)
            InsertFew(session, table, columns, rows);
        else
            InsertMany(session, table, columns, rows);
    }

    private static void InsertFew(Session session, string table, IReadOnlyList<string> columns, IReadOnlyList<object?[]> rows)
    {
        var lines = Enumerable.Range(0, rows.Count).Select(r => $"({string.Join(", ", columns.Select((_, c) => $"@p{r}x{c}"))})");
        var command = session.Statements.Prepared(
            $"insert {table} {rows.Count}", session.Transaction,
            _ => $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES {string.Join(", ", lines)}");
        var next = 0;
        foreach (var value in rows.SelectMany(r => r))
        {
            var parameter = command.Parameters[next++];
            parameter.Value = value ?? DBNull.Value;
            SqlServerEngine.Fit(parameter);
        }

        command.ExecuteNonQuery();
    }

    private static void InsertMany(Session session, string table, IReadOnlyList<string> columns, IReadOnlyList<object?[]> rows)
    {
        using var copy = new SqlBulkCopy(
            (SqlConnection)session.Connection, SqlBulkCopyOptions.CheckConstraints | SqlBulkCopyOptions.FireTriggers,
            (SqlTransaction?)session.Transaction)
        {
            DestinationTableName = table,
            BatchSize = RowsPerStatement,
            BulkCopyTimeout = ChunkSeconds,
        };
        using var lines = new DataTable();
        for (var i = 0; i < columns.Count; i++)
        {
            // By position: different servers treat column names differently.
            lines.Columns.Add(columns[i], typeof(object));
            copy.ColumnMappings.Add(i, i);
        }

        foreach (var row in rows)
            lines.Rows.Add(row);
        try
        {
            copy.WriteToServer(lines);
        }
        catch (InvalidOperationException e) when (e.InnerException is SqlException cause)
        {
            // An error that the client met while it asked for the table's columns, such as a deadlock. It is worth another try, like any error of the
            // server.
            ExceptionDispatchInfo.Throw(cause);
        }
    }
}
