using System.Collections.Frozen;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;

namespace Settlement.Storage.Engines;

/// <summary>
/// SQL Server: many workers on one database. Isolation is read committed, so everything a transaction bases a decision on is guarded by versions and
/// unique keys.
/// </summary>
public sealed partial class SqlServerEngine : IEngine
{
    /// <summary>
    /// The lock that guards the closed hours. It belongs to the database, so its name does not include the database's: with two connection strings
    /// that spell the database differently, there would be two guards.
    /// </summary>
    public const string GuardName = "settlement closed hours";

    private const string Engine = "SqlServer";
    private const string TableExists = "SELECT CAST(COUNT(*) AS bigint) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = @Table";
    private const int WaitMs = 120_000;
    private const int FewHashes = 40;
    private const int HashesPerSelect = 500;
    private const int LongText = 4000;

    /// <summary>After this many failed transactions in a row, the connections may be the cause, so new ones are opened.</summary>
    private const int FailuresOfConnections = 6;

    /// <summary>A list is one parameter, a JSON array, so that a statement is planned once and not once for each length of its list.</summary>
    private static readonly FrozenDictionary<string, string> Texts = Sql.Of(Engine).ToFrozenDictionary(
        text => text.Key, text =>
            ListParameter().Replace(text.Value, " IN (SELECT CAST(value AS bigint) FROM OPENJSON(${list}))"), StringComparer.Ordinal);

    private readonly string connectionString;
    private readonly SqlConnectionStringBuilder builder;
    private readonly SqlServerNumbers numbers;
    private int failures;
    private readonly string instance = Guid.NewGuid().ToString("N")[..16];
    private readonly string worker = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}");

    /// <param name="connectionString">In the format of SqlClient.</param>
    public SqlServerEngine(string connectionString)
    {
        builder = new SqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(builder.ApplicationName) || builder.ApplicationName == new SqlConnectionStringBuilder().ApplicationName)
            builder.ApplicationName = "settlement";
        this.connectionString = builder.ToString();
        numbers = new SqlServerNumbers(Alone);
    }

    public string Name => Engine;

    public bool Exists => true;

    public string Describe() => $"SQL Server {builder.DataSource}, database {builder.InitialCatalog}";

    public Session Read() => Open(_ => null);

    public Session Write() => Open(connection => connection.BeginTransaction(IsolationLevel.ReadCommitted));

    /// <summary>A session in which each statement is committed at once.</summary>
    internal Session Alone() => Open(_ => null, alone: true);

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

    public void Insert(Session session, string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows) =>
        SqlServerInserts.Insert(session, table, columns, rows as IReadOnlyList<object?[]> ?? [.. rows]);

    public IReadOnlyList<Claimed> ClaimIdentities(Session session, IReadOnlyList<NewIdentity> claims)
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

        // Everyone inserts in the order of the key, so when two workers meet, one waits for the other instead of both waiting for each other. The
        // other has then stored the identity, and the whole transaction is repeated.
        fresh.Sort((a, b) => ((byte[])a[0]!).AsSpan().SequenceCompareTo((byte[])b[0]!));
        Insert(session, "EventIdentity", ["IdHash", "ContentHash", "AccountNo", "TimeUs"], fresh);
        return results;
    }

    /// <summary>All work can be repeated without harm.</summary>
    public bool MayRetry(DbException error) => SqlServerErrors.MayGetBetter(error);

    public long NewWordNo(Session session, WordKind kind) => numbers.Take("word", "number/highest-word");

    public long NewScopeNo(Session session) => numbers.Take("scope", "number/highest-scope");

    public WorkClaim? TryClaim(string name) => SqlServerClaim.TryTake(this, name, worker);

    public IReadOnlyList<string> Claimants(string prefix)
    {
        using var session = Read();
        return session.Rows<string>("claim/holders", new { Names = prefix + "%" });
    }

    public void ForgetClaims(Session session, string prefix) => session.Execute("claim/forget", new { Names = prefix + "%" });

    public int Migrate(Action<string> log)
    {
        using var connection = Connect();
        return Migrations.Run(connection, Engine, log);
    }

    public IReadOnlyList<string> SchemaDifferences()
    {
        using var connection = Connect();
        return Migrations.Differences(connection, Engine, TableExists);
    }

    public DatabaseFaults Faults()
    {
        using var session = Read();
        return SqlServerFaults.Of(session);
    }

    /// <summary>Any number of workers can attach. Each registers itself.</summary>
    public IDisposable? TryAttach(out string? holder)
    {
        holder = null;
        using (var session = Alone())
            SqlServerClaim.ForgetGone(session);
        return TryClaim(SqlServerClaim.Running + instance);
    }

    public string? AttachedWorker()
    {
        if (!HasClaims())
            return null;
        var workers = Claimants(SqlServerClaim.Running);
        return workers.Count == 0 ? null : string.Join("; ", workers);
    }

    /// <summary>A database that no migration has run on has no table of claims.</summary>
    private bool HasClaims()
    {
        using var connection = Connect();
        return Migrations.Exists(connection, TableExists, "WorkClaim");
    }

    public string? CopyBefore(string what, DateTimeOffset now) => null;

    public void Dispose()
    {
        // SqlClient keeps the connections for the lifetime of the process.
    }

    private SqlConnection Connect()
    {
        var connection = new SqlConnection(connectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch (InvalidOperationException e)
        {
            connection.Dispose();
            throw new NoConnectionException(e.Message, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private Session Open(Func<SqlConnection, SqlTransaction?> begin, bool alone = false)
    {
        var connection = Connect();
        try
        {
            SetOptions(connection);
            var statements = new Statements(connection, Texts, Fit);
            Session? session = null;
            session = new Session(
                connection,
                begin(connection),
                statements,
                () =>
                {
                    statements.Dispose();
                    if (session!.Transaction is not null)
                        Note(session.IsCommitted, connection);
                    connection.Dispose();
                },
                alone);
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    [GeneratedRegex(@" IN (?<list>@\w+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ListParameter();

    /// <summary>
    /// Settings that a session must not inherit from the defaults of the server or the database: rows are counted, no transaction begins implicitly,
    /// an error ends a transaction as a whole, and filtered indexes can be written. A pooled connection comes back with the defaults, so this is set
    /// each time.
    /// </summary>
    private static void SetOptions(SqlConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Texts["session/options"];
        command.ExecuteNonQuery();
    }

    private void Note(bool committed, SqlConnection connection)
    {
        if (committed)
            Volatile.Write(ref failures, 0);
        else if (Interlocked.Increment(ref failures) % FailuresOfConnections == 0)
            SqlConnection.ClearPool(connection);
    }

    /// <summary>Texts of any length have the same type for the server, so that it plans a statement only once.</summary>
    internal static void Fit(DbParameter parameter)
    {
        if (parameter.Value is string text)
            parameter.Size = text.Length <= LongText ? LongText : -1;
    }

    private static void ReadKnown(Session session, byte[][] hashes, Dictionary<Int128, byte[]> known)
    {
        // Always the same number of parameters, so that the statement is planned once.
        var size = hashes.Length > FewHashes ? HashesPerSelect : FewHashes;
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
