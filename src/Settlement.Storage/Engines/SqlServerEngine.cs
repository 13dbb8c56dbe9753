using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Runtime.ExceptionServices;
using Microsoft.Data.SqlClient;

namespace Settlement.Storage.Engines;

/// <summary>SQL Server: many workers on one database. Isolation is read committed, so what a transaction decides on is guarded by versions and unique keys.</summary>
public sealed class SqlServerEngine : IEngine
{
    /// <summary>
    /// The lock that guards the closed hours. It lies in the database, so it needs no name of one: two connection strings that spell the database differently
    /// would hold two guards.
    /// </summary>
    public const string GuardName = "settlement closed hours";

    private const string Engine = "SqlServer";
    private const int WaitMs = 120_000;
    private const int RowsPerInsert = 40;
    private const int HashesPerSelect = 500;
    private const int LongText = 4000;
    private const string Running = "run ";

    /// <summary>After so many failed transactions in a row what fails may lie in the connections: the next ones are new.</summary>
    private const int FailuresOfConnections = 6;

    private readonly string connectionString;
    private readonly SqlConnectionStringBuilder builder;
    private int failures;
    private readonly string instance = Guid.NewGuid().ToString("N")[..16];
    private readonly string worker = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}");

    /// <param name="connectionString">As SqlClient reads it.</param>
    public SqlServerEngine(string connectionString)
    {
        builder = new SqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(builder.ApplicationName) || builder.ApplicationName == new SqlConnectionStringBuilder().ApplicationName)
            builder.ApplicationName = "settlement";
        this.connectionString = builder.ToString();
    }

    public string Name => Engine;

    public bool Exists => true;

    public string Describe() => $"SQL Server {builder.DataSource}, database {builder.InitialCatalog}";

    public Session Read() => Open(_ => null);

    public Session Write() => Open(connection => connection.BeginTransaction(IsolationLevel.ReadCommitted));

    public void TakeGuard(Session session, bool exclusive)
    {
        using var command = session.Connection.CreateCommand();
        command.Transaction = session.Transaction;
        command.CommandType = CommandType.StoredProcedure;
        command.CommandText = "sp_getapplock";
        command.CommandTimeout = 2 * WaitMs / 1000;
        var given = new SqlParameter { Direction = ParameterDirection.ReturnValue, SqlDbType = SqlDbType.Int };
        command.Parameters.AddRange(new[]
        {
            new SqlParameter("@Resource", GuardName), new SqlParameter("@LockMode", exclusive ? "Exclusive" : "Shared"),
            new SqlParameter("@LockOwner", "Transaction"), new SqlParameter("@LockTimeout", WaitMs), given,
        });
        command.ExecuteNonQuery();
        if ((int)given.Value < 0)
            throw new LateWriterException("The guard of the closed hours was not to be had.");
    }

    public void Insert(Session session, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows)
    {
        var list = rows as IReadOnlyList<object?[]> ?? [.. rows];
        if (list.Count == 0)
            return;
        if (list.Count <= RowsPerInsert)
            InsertFew(session, table, columns, list);
        else
            InsertMany(session, table, columns, list);
    }

    public IReadOnlyList<Claimed> ClaimIdentities(Session session, IReadOnlyList<IdentityClaim> claims)
    {
        var known = new Dictionary<Int128, byte[]>(claims.Count);
        foreach (var chunk in claims.Select(c => c.IdHash).Chunk(HashesPerSelect))
            ReadKnown(session, chunk, known);
        var results = new Claimed[claims.Count];
        var fresh = new List<object?[]>();
        for (var i = 0; i < claims.Count; i++)
        {
            var claim = claims[i];
            if (known.TryGetValue(Key(claim.IdHash), out var content))
            {
                results[i] = content.AsSpan().SequenceEqual(claim.ContentHash) ? Claimed.Same : Claimed.Different;
                continue;
            }

            known[Key(claim.IdHash)] = claim.ContentHash;
            fresh.Add([claim.IdHash, claim.ContentHash, claim.AccountNo, claim.TimeUs]);
        }

        // In the order of the key, as everyone does: who meets another's waits for him instead of both for each other. That one has stored it then, and all is done again.
        fresh.Sort((a, b) => ((byte[])a[0]!).AsSpan().SequenceCompareTo((byte[])b[0]!));
        Insert(session, "EventIdentity", ["IdHash", "ContentHash", "AccountNo", "TimeUs"], fresh);
        return results;
    }

    /// <summary>
    /// Any error of the server: duplicates, deadlocks, lost connections, and what it calls them differs between versions. All work is such that doing it again is harmless.
    /// </summary>
    public bool MayRetry(DbException error) => error is SqlException;

    public WorkClaim? TryClaim(string name) => SqlServerClaim.TryTake(this, name, worker);

    public IReadOnlyList<string> Claimants(string prefix)
    {
        using var session = Read();
        return session.Rows<string>("claim/holders", new { Names = prefix + "%" });
    }

    public void ForgetClaims(Session session, string prefix) => session.Execute("claim/forget", new { Names = prefix + "%" });

    public int Migrate(Action<string> log)
    {
        using var connection = new SqlConnection(connectionString);
        connection.Open();
        return Migrations.Run(connection, Engine, log);
    }

    public IReadOnlyList<string> SchemaDifferences()
    {
        using var connection = new SqlConnection(connectionString);
        connection.Open();
        return Migrations.Differences(connection, Engine, "SELECT CAST(COUNT(*) AS bigint) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = @Table");
    }

    /// <summary>Any number of workers; each says that it is there.</summary>
    public IDisposable? TryAttach(out string? holder)
    {
        holder = null;
        using (var session = Read())
            session.Execute("claim/forget-gone", new { Names = Running + "%" });
        return TryClaim(Running + instance);
    }

    public string? AttachedWorker()
    {
        if (SchemaDifferences().Count > 0)
            return null;
        var workers = Claimants(Running);
        return workers.Count == 0 ? null : string.Join("; ", workers);
    }

    public string? CopyBefore(string what, DateTimeOffset now) => null;

    public void Dispose()
    {
        // SqlClient keeps the connections, for the whole process.
    }

    private Session Open(Func<SqlConnection, SqlTransaction?> begin)
    {
        var connection = new SqlConnection(connectionString);
        try
        {
            connection.Open();
            var statements = new Statements(connection, Sql.Of(Engine), Fit);
            Session? session = null;
            session = new Session(connection, begin(connection), statements, () =>
            {
                statements.Dispose();
                if (session!.Transaction is not null)
                    Note(session.IsCommitted, connection);
                connection.Dispose();
            });
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Note(bool committed, SqlConnection connection)
    {
        if (committed)
            Volatile.Write(ref failures, 0);
        else if (Interlocked.Increment(ref failures) % FailuresOfConnections == 0)
            SqlConnection.ClearPool(connection);
    }

    /// <summary>Texts of any length are one type to the server, so that it plans a statement once.</summary>
    private static void Fit(DbParameter parameter)
    {
        if (parameter.Value is string text)
            parameter.Size = text.Length <= LongText ? LongText : -1;
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
            Fit(parameter);
        }

        command.ExecuteNonQuery();
    }

    private static void InsertMany(Session session, string table, IReadOnlyList<string> columns, IReadOnlyList<object?[]> rows)
    {
        using var copy = new SqlBulkCopy(
            (SqlConnection)session.Connection, SqlBulkCopyOptions.CheckConstraints | SqlBulkCopyOptions.FireTriggers, (SqlTransaction?)session.Transaction)
        {
            DestinationTableName = table,
            BulkCopyTimeout = 0,
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

    private static void ReadKnown(Session session, byte[][] hashes, Dictionary<Int128, byte[]> known)
    {
        // Always as many parameters, so that the statement is planned once.
        var size = hashes.Length > RowsPerInsert ? HashesPerSelect : RowsPerInsert;
        var command = session.Statements.Prepared(
            $"known {size}",
            session.Transaction,
            _ => $"SELECT IdHash, ContentHash FROM EventIdentity WHERE IdHash IN ({string.Join(", ", Enumerable.Range(0, size).Select(i => $"@p{i}"))})");
        for (var i = 0; i < size; i++)
            command.Parameters[i].Value = hashes[Math.Min(i, hashes.Length - 1)];
        using var reader = command.ExecuteReader();
        while (reader.Read())
            known[Key((byte[])reader[0])] = (byte[])reader[1];
    }

    private static Int128 Key(byte[] hash) => System.Buffers.Binary.BinaryPrimitives.ReadInt128BigEndian(hash.AsSpan(^16..));
}
