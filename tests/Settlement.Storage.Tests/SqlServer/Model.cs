using Microsoft.SqlServer.Dac;
using Microsoft.SqlServer.Dac.Model;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Settlement.Storage.Tests.SqlServer;

/// <summary>
/// The migrated database of SQL Server 2022 as modelled by DacFx, with each statement as a procedure. The model finds references to missing columns
/// and tables, which no parser does. It does not check types, columns of table variables, or how many values an insert has.
/// </summary>
internal static class Model
{
    /// <summary>Warnings that count as errors here: references to something that does not exist.</summary>
    private static readonly int[] Unresolved = [71502, 71005];

    /// <returns>What is wrong with the statements or with the migrations themselves.</returns>
    public static List<string> Faults(IReadOnlyDictionary<string, string> statements)
    {
        using var model = new TSqlModel(SqlServerVersion.Sql160, new TSqlModelOptions());
        var data = new List<string>();
        foreach (var statement in SqlServerSchema.Standing)
        {
            if (statement is InsertStatement or UpdateStatement or DeleteStatement)
                data.Add(Script.TextOf(statement));
            else
                model.AddObjects(Script.TextOf(statement));
        }

        foreach (var (text, no) in data.Select((d, i) => (d, i)))
            model.AddObjects(Procedure($"migration {no}", "", text));
        foreach (var (name, text) in statements)
            model.AddObjects(Procedure(name, string.Join(", ", Parameters.Declare(name, text)), text));
        return [.. model.Validate().Where(m => m.MessageType == DacMessageType.Error || Unresolved.Contains(m.Number))
            .Select(m => $"SQL{m.Number}: {m.Message}")];
    }

    private static string Procedure(string name, string parameters, string text) => $"CREATE PROCEDURE [{name}] {parameters} AS\n{text}\n";
}
