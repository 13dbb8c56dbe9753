using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Settlement.Storage.Tests.SqlServer;

/// <summary>
/// Which rights a statement needs on which table. SQL Server also requires SELECT if an UPDATE or DELETE reads or outputs a column.
/// </summary>
internal sealed class TableUse : TSqlFragmentVisitor
{
    private readonly WithNames withNames = new();

    public SortedSet<string> Needs { get; } = new(StringComparer.Ordinal);

    public static SortedSet<string> Of(string text)
    {
        var use = new TableUse();
        var script = Script.Parse(text);
        script.Accept(use.withNames);
        script.Accept(use);
        return use.Needs;
    }

    public static string Grant(string verb, string table) => $"{verb} {table}";

    public override void ExplicitVisit(NamedTableReference node)
    {
        var table = node.SchemaObject.BaseIdentifier.Value;
        if (!withNames.Found.Contains(table) && node.SchemaObject.SchemaIdentifier?.Value is null or "dbo")
            Needs.Add(Grant("SELECT", table));
    }

    public override void ExplicitVisit(InsertSpecification node)
    {
        Change("INSERT", node.Target, null, node.OutputClause);
        node.InsertSource.Accept(this);
    }

    public override void ExplicitVisit(UpdateSpecification node)
    {
        Change("UPDATE", node.Target, node.FromClause,
            [node.WhereClause, node.OutputClause, .. node.SetClauses.Cast<AssignmentSetClause>().Select(s => s.NewValue)]);
    }

    public override void ExplicitVisit(DeleteSpecification node) =>
        Change("DELETE", node.Target, node.FromClause, node.WhereClause, node.OutputClause);

    private void Change(string verb, TableReference target, FromClause? from, params IEnumerable<TSqlFragment?> reading)
    {
        if (target is not NamedTableReference named)
            return;
        var name = named.SchemaObject.BaseIdentifier.Value;
        var table = Aliased(from, name) ?? name;
        Needs.Add(Grant(verb, table));
        var columns = new Columns();
        foreach (var part in reading.OfType<TSqlFragment>())
        {
            part.Accept(columns);
            part.Accept(this);
        }

        from?.Accept(this);
        if (columns.Any)
            Needs.Add(Grant("SELECT", table));
    }

    private static string? Aliased(FromClause? from, string alias)
    {
        var tables = new Tables();
        from?.Accept(tables);
        return tables.Found.Find(t => t.Alias?.Value == alias)?.SchemaObject.BaseIdentifier.Value;
    }

    /// <summary>Names defined by WITH, which look like tables.</summary>
    private sealed class WithNames : TSqlFragmentVisitor
    {
        public HashSet<string> Found { get; } = new(StringComparer.OrdinalIgnoreCase);

        public override void Visit(CommonTableExpression node) => Found.Add(node.ExpressionName.Value);
    }

    private sealed class Columns : TSqlFragmentVisitor
    {
        public bool Any { get; private set; }

        public override void Visit(ColumnReferenceExpression node) => Any = true;
    }

    private sealed class Tables : TSqlFragmentVisitor
    {
        public List<NamedTableReference> Found { get; } = [];

        public override void Visit(NamedTableReference node) => Found.Add(node);
    }
}
