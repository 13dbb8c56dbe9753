using Microsoft.SqlServer.TransactSql.ScriptDom;
using Settlement.Storage.Tests.SqlServer;
using Xunit;

namespace Settlement.Storage.Tests.Schema;

/// <summary>
/// A script whose name says that it adds (<c>V12__add_…</c>) runs while workers of the version before are at work. It must not touch anything they
/// know.
/// </summary>
public sealed class AdditiveScriptTests
{
    [Fact]
    public void Every_script_that_says_so_only_adds() => Assert.All(
        Repository.Files(Path.Combine("src", "Settlement.Storage", "Migrations", "SqlServer"), "*__add_*.sql"),
        file => Assert.Empty(Touched(File.ReadAllText(file))));

    [Theory]
    [InlineData("CREATE TABLE A (No bigint NOT NULL)")]
    [InlineData("CREATE INDEX IX ON Account (Version)")]
    [InlineData("ALTER TABLE Account ADD Note nvarchar(10) NULL")]
    [InlineData("ALTER TABLE Account ADD Size bigint NOT NULL CONSTRAINT DF_Size DEFAULT 0")]
    public void What_adds_is_let_through(string script) => Assert.Empty(Touched(script));

    [Theory]
    [InlineData("DROP TABLE Account")]
    [InlineData("CREATE UNIQUE INDEX IX ON Account (Version)")]
    [InlineData("ALTER TABLE Account ADD Size bigint NOT NULL")]
    [InlineData("ALTER TABLE Account ADD CONSTRAINT CK CHECK (Version > 0)")]
    [InlineData("ALTER TABLE Account ALTER COLUMN Version int")]
    [InlineData("ALTER TABLE Account DROP COLUMN Version")]
    [InlineData("UPDATE Account SET Version = 1")]
    [InlineData("EXEC sp_rename 'Account.Version', 'Number', 'COLUMN'")]
    [InlineData("CREATE TABLE A (No bigint NOT NULL); DELETE FROM Account")]
    public void What_touches_something_is_not(string script) => Assert.NotEmpty(Touched(script));

    /// <summary>The statements that do more than add.</summary>
    private static List<string> Touched(string script) => [.. Script.Statements(script).Where(s => !Adds(s)).Select(Script.TextOf)];

    private static bool Adds(TSqlStatement statement) => statement switch
    {
        CreateTableStatement or CreateViewStatement => true,
        CreateIndexStatement index => !index.Unique,
        AlterTableAddTableElementStatement { Definition: { TableConstraints.Count: 0 } added } => added.ColumnDefinitions.All(IsOptional),
        _ => false,
    };

    private static bool IsOptional(ColumnDefinition column) =>
        column.DefaultConstraint is not null || column.Constraints.OfType<NullableConstraintDefinition>().Any(c => c.Nullable);
}
