using Settlement.Storage.Engines;
using Settlement.Storage.Tests.SqlServer;
using Xunit;

namespace Settlement.Storage.Tests.Schema;

/// <summary>
/// Both engines have the same schema: tables, columns in their order, types, keys, checks and indexes, and the columns of views. A type that the
/// engines name differently counts as the same (<c>text</c> and <c>nvarchar(max)</c>).
/// </summary>
public sealed class SchemaTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("settlement-schema-").FullName;
    private readonly SqliteEngine engine;

    public SchemaTests()
    {
        engine = new SqliteEngine($"Data Source={Path.Combine(folder, "store.db")}", durable: false);
        engine.Migrate(_ => { });
    }

    [Fact]
    public void Both_engines_have_the_same_schema()
    {
        var (sqlite, server) = (Sqlite().Lines().ToList(), SqlServerSchema.Read().Lines().ToList());

        Assert.Empty(sqlite.Except(server, StringComparer.Ordinal).Select(l => "SQLite only: " + l));
        Assert.Empty(server.Except(sqlite, StringComparer.Ordinal).Select(l => "SQL Server only: " + l));
    }

    [Fact]
    public void What_is_compared_is_all_there_is()
    {
        var lines = Sqlite().Lines().ToList();

        Assert.Contains("Quarantine column 01 QuarantineNo bigint numbered", lines);
        Assert.Contains("Package column 06 Offer nvarchar(128)", lines);
        Assert.Contains("Package primary key (PackageNo)", lines);
        Assert.Contains("Package unique (PackageId)", lines);
        Assert.Contains("Package foreign key (ScopeNo) to Scope (ScopeNo)", lines);
        Assert.Contains("Store check StoreNo = 1", lines);
        Assert.Contains("Command index IX_Command_Pending (AtUs, CommandNo) where State = 'pending'", lines);
        Assert.Contains("view BalanceForPeople (AccountId, Version, State, Balance, Remainder)", lines);
    }

    [Fact]
    public void Every_text_of_SQL_Server_that_is_compared_or_sorted_compares_binary()
    {
        var tables = SqlServerSchema.Migrations.SelectMany(
            Script.Statements).OfType<Microsoft.SqlServer.TransactSql.ScriptDom.CreateTableStatement>();
        Assert.All(tables.SelectMany(t => t.Definition.ColumnDefinitions)
            .Where(c => Script.TextOf(c.DataType).StartsWith("nvarchar(", StringComparison.Ordinal)), column =>
        {
            if (!Script.TextOf(column.DataType).Contains("max", StringComparison.Ordinal))
                Assert.Equal("Latin1_General_100_BIN2", column.Collation?.Value);
        });
    }

    public void Dispose()
    {
        engine.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private DatabaseSchema Sqlite()
    {
        using var session = engine.Read();
        return SqliteSchema.Read(session);
    }
}
