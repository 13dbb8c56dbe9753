using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit;

namespace Settlement.Storage.Tests.SqlServer;

/// <summary>T-SQL of SQL Server 2022, parsed.</summary>
internal static class Script
{
    public static IReadOnlyList<string> Errors(string text)
    {
        Parse(text, out var errors);
        return [.. errors.Select(e => $"line {e.Line}: {e.Message}")];
    }

    public static TSqlScript Parse(string text)
    {
        var script = Parse(text, out var errors);
        Assert.Empty(errors.Select(e => $"line {e.Line}: {e.Message}\n{text}"));
        return script;
    }

    public static IEnumerable<TSqlStatement> Statements(string text) => Parse(text).Batches.SelectMany(b => b.Statements);

    public static string TextOf(TSqlFragment fragment) =>
        string.Concat(fragment.ScriptTokenStream.Skip(fragment.FirstTokenIndex).Take(fragment.LastTokenIndex - fragment.FirstTokenIndex + 1)
            .Select(t => t.Text));

    /// <summary>Parameters in the order in which they appear, without variables that the text itself declares.</summary>
    public static IReadOnlyList<string> Parameters(string text)
    {
        var variables = new Variables();
        Parse(text).Accept(variables);
        return [.. variables.Used.Except(variables.Declared, StringComparer.OrdinalIgnoreCase).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private static TSqlScript Parse(string text, out IList<ParseError> errors)
    {
        using var reader = new StringReader(text);
        return (TSqlScript)new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out errors);
    }

    private sealed class Variables : TSqlFragmentVisitor
    {
        public List<string> Used { get; } = [];

        public List<string> Declared { get; } = [];

        public override void Visit(VariableReference node) => Used.Add(node.Name);

        /// <summary>The name of a procedure's own parameter is not a parameter of the statement.</summary>
        public override void ExplicitVisit(ExecuteParameter node) => node.ParameterValue.Accept(this);

        public override void Visit(DeclareVariableElement node) => Declared.Add(node.VariableName.Value);

        public override void Visit(DeclareTableVariableBody node) => Declared.Add(node.VariableName.Value);

        public override void Visit(VariableTableReference node) => Used.Add(node.Variable.Name);
    }
}
