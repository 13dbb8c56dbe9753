using System.Collections.Concurrent;
using Microsoft.Data.SqlClient;
using Settlement.Storage.Engines;
using Xunit;

namespace Settlement.Storage.Tests.Contract;

/// <summary>
/// A separate database on the server that <c>SETTLEMENT_TEST_SQLSERVER</c> names. It is emptied between two tests and dropped when the process ends.
/// </summary>
public sealed class TestSqlServer : IDisposable
{
    private const string Variable = "SETTLEMENT_TEST_SQLSERVER";

    /// <summary>
    /// In an order in which their rows can be deleted. Number ranges stay, because an engine from an earlier test may still hold one.
    /// </summary>
    private static readonly string[] Tables =
    [
        "ParkedAgenda", "ParkedCommand", "Parked", "Agenda", "Renewal", "Command", "Notice", "Entry", "TierStep", "BillRow", "Closing", "WorkClaim", "SpanPart", "Span", "Run", "HeldOnce", "QuarantineRelease", "Quarantine", "Usage",
        "EventIdentity", "MonthUse", "Lot", "Package", "Subscription", "Scope", "Account", "Word", "CatalogVersion", "SettingsVersion", "TestStore", "ClockWord", "Trouble",
        "KeptSpan", "BodyLeft", "Store",
    ];

    private static readonly ConcurrentBag<TestSqlServer> Idle = [];

    private readonly string name;

    static TestSqlServer() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        while (Idle.TryTake(out var database))
            database.Drop();
    };

    private TestSqlServer()
    {
        name = "settlement_test_" + Guid.NewGuid().ToString("N")[..12];
        OnServer($"CREATE DATABASE {name}");
        Try($"ALTER DATABASE {name} SET READ_COMMITTED_SNAPSHOT ON");
        ConnectionString = new SqlConnectionStringBuilder(Server) { InitialCatalog = name }.ToString();
        Engine = new SqlServerEngine(ConnectionString);
        Engine.Migrate(_ => { });
    }

    public SqlServerEngine Engine { get; }

    public string ConnectionString { get; }

    public static bool IsThere => Server is not null;

    private static string? Server => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } server ? server : null;

    /// <summary>Skips the test if there is no server.</summary>
    public static TestSqlServer Need()
    {
        Assert.SkipUnless(IsThere, $"{Variable} names no server");
        return Idle.TryTake(out var database) ? database : new TestSqlServer();
    }

    /// <summary>A database that no test has used: the numbers that the server itself assigns begin at one.</summary>
    public static TestSqlServer NeedNew()
    {
        Assert.SkipUnless(IsThere, $"{Variable} names no server");
        return new TestSqlServer();
    }

    public void Dispose()
    {
        Execute(ConnectionString, string.Join('\n', Tables.Select(t => $"DELETE FROM {t};")) + """
            INSERT INTO Account (AccountNo, AccountId, Level, OpenedUs, Version, BalanceE8, RemainderE8, State, ArrearsSinceUs, BalanceLowTold, EntryCount, NoticeCount)
            VALUES (0, '', 'V0', 0, 0, 0, 0, 0, 0, 0, 0, 0);
            """);
        Idle.Add(this);
    }

    public void Do(string sql) => Execute(ConnectionString, sql);

    private void Drop()
    {
        SqlConnection.ClearAllPools();
        Try($"DROP DATABASE {name}");
    }

    private static void OnServer(string sql) => Execute(Server!, sql);

    /// <summary>For statements that a server may not know or may not be ready for.</summary>
    private static void Try(string sql)
    {
        try
        {
            OnServer(sql);
        }
        catch (SqlException)
        {
            // Best effort.
        }
    }

    private static void Execute(string connectionString, string sql)
    {
        using var connection = new SqlConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 120;
        command.ExecuteNonQuery();
    }
}
