using System.Data;
using System.Runtime.ExceptionServices;
using Microsoft.Data.SqlClient;

namespace Settlement.Storage.Engines;

/// <summary>Many rows at once: as one statement while they are few, else with a bulk copy.</summary>
internal static class SqlServerInserts
{
    /// <summary>Below the 5,000 locks at which the server would lock the table instead of rows, and every other worker out.</summary>
    public const int RowsPerStatement = 4000;

    private const int RowsAsStatement = 40;

    /// <summary>For each chunk of rows: the guard of the closed hours is held meanwhile.</summary>
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
            $"insert {table} {rows.Count}", session.Transaction, _ => $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES {string.Join(", ", lines)}");
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
            (SqlConnection)session.Connection, SqlBulkCopyOptions.CheckConstraints | SqlBulkCopyOptions.FireTriggers, (SqlTransaction?)session.Transaction)
        {
            DestinationTableName = table,
            BatchSize = RowsPerStatement,
            BulkCopyTimeout = ChunkSeconds,
        };
        using var lines = new DataTable();
        for (var i = 0; i < columns.Count; i++)
        {
            // By position: the names of a server's columns are not known to every server alike.
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
            // What the client met while it asked for the table's columns, a deadlock for one: worth another try like any error of the server.
            ExceptionDispatchInfo.Throw(cause);
        }
    }
}
