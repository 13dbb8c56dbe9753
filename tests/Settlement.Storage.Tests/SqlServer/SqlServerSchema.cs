using Microsoft.SqlServer.TransactSql.ScriptDom;
using Settlement.Storage.Tests.Schema;

namespace Settlement.Storage.Tests.SqlServer;

/// <summary>
/// The schema that the SQL Server migrations create, read from their text. When a migration changes a table, this class must be taught what it does.
/// </summary>
internal static class SqlServerSchema
{
    private static readonly Lazy<DatabaseSchema> Schema = new(ReadMigrations);

    public static IReadOnlyList<string> Migrations { get; } =
        [.. Repository.Files(Path.Combine("src", "Settlement.Storage", "Migrations", "SqlServer"), "*.sql").OrderBy(Version)
            .Select(File.ReadAllText)];

    /// <summary>The statements of all migrations, without views and tables that a later one drops.</summary>
    public static IReadOnlyList<TSqlStatement> Standing { get; } = [.. Stand()];

    public static DatabaseSchema Read() => Schema.Value;

    private static int Version(string file) =>
        int.Parse(Path.GetFileName(file).Split("__")[0].AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);

    private static DatabaseSchema ReadMigrations()
    {
        var statements = Standing;
        var indexes = statements.OfType<CreateIndexStatement>().ToLookup(i => i.OnName.BaseIdentifier.Value, Index);
        var tables = statements.OfType<CreateTableStatement>().Select(t => Table(t, indexes[t.SchemaObjectName.BaseIdentifier.Value]));
        var views = statements.OfType<CreateViewStatement>().Select(View);
        var others = statements.Where(s => s is not (CreateTableStatement or CreateIndexStatement or CreateViewStatement or InsertStatement))
            .ToList();
        return others.Count == 0 ? new DatabaseSchema([.. tables], [.. views])
            : throw new NotSupportedException($"A migration has a {others[0].GetType().Name}, which this test does not know yet: {Script.TextOf(others[0])}");
    }

    private static List<TSqlStatement> Stand()
    {
        var standing = new List<TSqlStatement>();
        foreach (var statement in Migrations.SelectMany(Script.Statements))
        {
            if (statement is DropViewStatement drop)
                standing.RemoveAll(s =>
                    s is CreateViewStatement view && drop.Objects.Any(o => o.BaseIdentifier.Value == view.SchemaObjectName.BaseIdentifier.Value));
            else if (statement is DropTableStatement dropped)
                dropped.Objects.ToList().ForEach(table => Drop(standing, table.BaseIdentifier.Value));
            else
                standing.Add(statement);
        }

        return standing;
    }

    /// <summary>Drops a table together with the statements that copied its rows.</summary>
    private static void Drop(List<TSqlStatement> standing, string table) => standing.RemoveAll(
        s => (s is CreateTableStatement made && made.SchemaObjectName.BaseIdentifier.Value == table)
            || (s is InsertStatement && Script.TextOf(s).Contains($" {table} ", StringComparison.Ordinal)));

    private static TableSchema Table(CreateTableStatement table, IEnumerable<string> indexes)
    {
        var columns = table.Definition.ColumnDefinitions;
        var keys = columns.SelectMany(c => c.Constraints.Select(k => Key(k, c.ColumnIdentifier.Value)))
            .Concat(table.Definition.TableConstraints.Select(k => Key(k, null)));
        return new TableSchema(
            table.SchemaObjectName.BaseIdentifier.Value, [.. columns.Select(Column)],
            [.. keys.OfType<string>().Concat(indexes).Order(StringComparer.Ordinal)]);
    }

    private static ColumnSchema Column(ColumnDefinition column) => new(
        column.ColumnIdentifier.Value,
        Script.TextOf(column.DataType).Replace(" ", "", StringComparison.Ordinal),
        column.Constraints.OfType<NullableConstraintDefinition>().Single().Nullable,
        column.IdentityOptions is not null);

    private static string? Key(ConstraintDefinition key, string? column) => key switch
    {
        UniqueConstraintDefinition { IsPrimaryKey: true } primary => $"primary key ({Columns(primary, column)})",
        UniqueConstraintDefinition unique => $"unique ({Columns(unique, column)})",
        ForeignKeyConstraintDefinition foreign =>
            $"foreign key ({Names(foreign.Columns)}) to {foreign.ReferenceTableName.BaseIdentifier.Value} ({Names(foreign.ReferencedTableColumns)})",
        CheckConstraintDefinition check => $"check {Script.TextOf(check.CheckCondition)}",
        NullableConstraintDefinition => null,
        _ => throw new NotSupportedException(key.GetType().Name),
    };

    private static string Columns(UniqueConstraintDefinition key, string? column) =>
        column ?? string.Join(", ", key.Columns.Select(c => c.Column.MultiPartIdentifier.Identifiers[^1].Value));

    private static string Index(CreateIndexStatement index) =>
        $"{(index.Unique ? "unique " : "")}index {index.Name.Value} ({string.Join(", ", index.Columns.Select(c => c.Column.MultiPartIdentifier.Identifiers[^1].Value))})"
        + (index.FilterPredicate is null ? "" : $" where {Script.TextOf(index.FilterPredicate)}");

    private static string Names(IEnumerable<Identifier> columns) => string.Join(", ", columns.Select(c => c.Value));

    private static string View(CreateViewStatement view)
    {
        var select = (QuerySpecification)view.SelectStatement.QueryExpression;
        var columns = select.SelectElements.Cast<SelectScalarExpression>()
            .Select(e => e.ColumnName?.Value ?? ((ColumnReferenceExpression)e.Expression).MultiPartIdentifier.Identifiers[^1].Value);
        return $"{view.SchemaObjectName.BaseIdentifier.Value} ({string.Join(", ", columns)})";
    }
}
