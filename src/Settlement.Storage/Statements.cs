using System.Collections.Concurrent;
using System.Data.Common;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Settlement.Storage;

/// <summary>
/// The prepared statements of one connection. A closing or a day of purchases runs the same few dozen statements hundreds of thousands of
/// times: parsing them anew each time took most of it.
/// </summary>
public sealed partial class Statements(DbConnection connection) : IDisposable
{
    private static readonly ConcurrentDictionary<Type, Dictionary<string, PropertyInfo>> Properties = new();

    private readonly Dictionary<string, DbCommand> prepared = new(StringComparer.Ordinal);

    /// <summary>Whether a statement takes a list, which makes its text depend on the list's length: Dapper expands those.</summary>
    public static bool TakesList(string text) => text.Contains(" IN @", StringComparison.Ordinal);

    /// <summary>The statement's command with its parameters set, ready to execute; one execution at a time.</summary>
    public DbCommand Bind(string name, DbTransaction? transaction, object? args)
    {
        var command = Prepared(name, transaction, Sql.Get);
        Set(command, args);
        return command;
    }

    /// <summary>The command of a statement that an engine makes itself; the caller sets its parameters, in the order of the text.</summary>
    public DbCommand Prepared(string name, DbTransaction? transaction, Func<string, string> text)
    {
        if (!prepared.TryGetValue(name, out var command))
            prepared[name] = command = Create(connection, text(name));
        command.Transaction = transaction;
        return command;
    }

    /// <summary>A command of its own, for a reader that stays open while other statements run.</summary>
    public DbCommand BindApart(string name, DbTransaction? transaction, object? args)
    {
        var command = Create(connection, Sql.Get(name));
        command.Transaction = transaction;
        command.CommandTimeout = 0;
        Set(command, args);
        return command;
    }

    public void Dispose()
    {
        foreach (var command in prepared.Values)
            command.Dispose();
    }

    private static DbCommand Create(DbConnection connection, string text)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var name in ParameterName().Matches(text).Select(m => m.Value[1..]).Distinct(StringComparer.Ordinal))
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + name;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static void Set(DbCommand command, object? args)
    {
        if (command.Parameters.Count == 0)
            return;
        var properties = Properties.GetOrAdd(
            args!.GetType(), t => t.GetProperties().ToDictionary(p => p.Name, StringComparer.Ordinal));
        foreach (DbParameter parameter in command.Parameters)
            parameter.Value = properties[parameter.ParameterName[1..]].GetValue(args) ?? DBNull.Value;
    }

    [GeneratedRegex("@[A-Za-z]\\w*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ParameterName();
}
