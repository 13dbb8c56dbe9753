using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Data.Common;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.RegularExpressions;
using Settlement.Domain.Time;

namespace Settlement.Storage;

/// <summary>
/// The statements of one connection, each created once. A closing or a day of purchases runs the same few dozen statements hundreds of thousands of
/// times. Parsing them again each time took most of that time.
/// </summary>
/// <param name="texts">The texts by name, in the form that the engine reads.</param>
/// <param name="fit">What the engine does to a parameter once it has its value.</param>
/// <param name="prepare">How the engine prepares a statement that returns no rows, if it has a faster way than ADO.NET.</param>
public sealed partial class Statements(
    DbConnection connection, FrozenDictionary<string, string> texts, Action<DbParameter>? fit = null, Func<string, PreparedStatement>? prepare = null)
        : IDisposable
{
    /// <summary>No single wait for the database is longer than this, not even for the first row of a closing of all existing usage.</summary>
    public const int LongestSeconds = 600;

    /// <summary>Within a transaction, others may be waiting for what it holds.</summary>
    private const int LongestSecondsInTransaction = 120;

    private const int StatementsPerBatch = 100;

    /// <summary>
    /// After an error that ends the transaction, the server continues with the rest of the batch, and each statement would commit on its own.
    /// </summary>
    private const string WithinTransaction = "IF @@TRANCOUNT > 0 ";

    private static readonly ConcurrentDictionary<Type, Dictionary<string, Func<object, object?>>> Properties = new();
    private static readonly ConcurrentDictionary<string, string[]> Parameters = new(StringComparer.Ordinal);

    private readonly Dictionary<string, DbCommand> prepared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IDisposable> own = new(StringComparer.Ordinal);

    public string Text(string name) =>
        texts.TryGetValue(name, out var text) ? text : throw new ArgumentException($"There is no statement '{name}'.", nameof(name));

    /// <summary>The statement's command with its parameters set, ready to execute; one execution at a time.</summary>
    public DbCommand Bind(string name, DbTransaction? transaction, object? args)
    {
        var command = Prepared(name, transaction, Text);
        Set(command.Parameters, args);
        return command;
    }

    /// <summary>The command of a statement whose text the engine builds itself. The caller sets its parameters, in the order of the text.</summary>
    public DbCommand Prepared(string name, DbTransaction? transaction, Func<string, string> text)
    {
        if (!prepared.TryGetValue(name, out var command))
            prepared[name] = command = Create(text(name));
        command.Transaction = transaction;
        return command;
    }

    /// <summary>Something that an engine prepares in its own way, once per connection.</summary>
    public T Own<T>(string name, Func<DbConnection, T> make)
        where T : class, IDisposable
    {
        if (!own.TryGetValue(name, out var made))
            own[name] = made = make(connection);
        return (T)made;
    }

    /// <summary>A separate command, for a reader that stays open while other statements run.</summary>
    public DbCommand BindApart(string name, DbTransaction? transaction, object? args)
    {
        var command = Create(Text(name));
        command.Transaction = transaction;
        command.CommandTimeout = transaction is null ? LongestSeconds : LongestSecondsInTransaction;
        Set(command.Parameters, args);
        return command;
    }

    /// <summary>Executes once; returns the rows affected.</summary>
    public int Execute(string name, DbTransaction? transaction, object? args) =>
        prepare is null ? Bind(name, transaction, args).ExecuteNonQuery() : ExecutePrepared(name, new[] { args })[0];

    /// <summary>
    /// Executes once per element and returns the rows affected by each. If the connection supports batches, this takes few round trips.
    /// </summary>
    public List<int> ExecuteEach(string name, DbTransaction? transaction, IEnumerable many)
    {
        if (prepare is not null)
            return ExecutePrepared(name, many);
        var affected = new List<int>();
        if (!connection.CanCreateBatch)
        {
            foreach (var one in many)
                affected.Add(Execute(name, transaction, one));
            return affected;
        }

        foreach (var chunk in many.Cast<object>().Chunk(StatementsPerBatch))
            ExecuteBatch(name, transaction, chunk, affected);
        return affected;
    }

    public void Dispose()
    {
        foreach (var made in own.Values)
            made.Dispose();
        foreach (var command in prepared.Values)
            command.Dispose();
    }

    /// <summary>What the elements have in common — text, parameters, how to read them — is looked up once.</summary>
    private List<int> ExecutePrepared(string name, IEnumerable many)
    {
        var affected = new List<int>();
        var text = Text(name);
        var parameters = ParametersOf(text);
        PreparedStatement? statement = null;
        Type? type = null;
        Func<object, object?>[] readers = [];
        foreach (var one in many)
        {
            statement ??= Own("execute " + name, _ => prepare!(text));
            if (parameters.Length > 0 && one!.GetType() != type)
            {
                type = one.GetType();
                readers = Array.ConvertAll(parameters, p => PropertiesOf(type)[p]);
            }

            for (var i = 0; i < readers.Length; i++)
                statement.Values[i] = ValueOf(readers[i](one!));
            affected.Add(statement.Execute(statement.Values.AsSpan(0, readers.Length)));
        }

        return affected;
    }

    private void ExecuteBatch(string name, DbTransaction? transaction, object[] chunk, List<int> affected)
    {
        using var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        foreach (var one in chunk)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = WithinTransaction + Text(name);
            foreach (var parameter in ParametersOf(Text(name)))
                command.Parameters.Add(Named(command.CreateParameter(), parameter));
            Set(command.Parameters, one);
            batch.BatchCommands.Add(command);
        }

        batch.ExecuteNonQuery();
        affected.AddRange(batch.BatchCommands.Select(c => c.RecordsAffected));
    }

    private DbCommand Create(string text)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var name in ParametersOf(text))
            command.Parameters.Add(Named(command.CreateParameter(), name));
        return command;
    }

    private static DbParameter Named(DbParameter parameter, string name)
    {
        parameter.ParameterName = "@" + name;
        return parameter;
    }

    private static string[] ParametersOf(string text) =>
        Parameters.GetOrAdd(text, t => [.. ParameterName().Matches(t).Select(m => m.Value[1..]).Distinct(StringComparer.Ordinal)]);

    private void Set(DbParameterCollection parameters, object? args)
    {
        if (parameters.Count == 0)
            return;
        var properties = PropertiesOf(args!.GetType());
        foreach (DbParameter parameter in parameters)
        {
            parameter.Value = ValueOf(properties[parameter.ParameterName[1..]](args)) ?? DBNull.Value;
            fit?.Invoke(parameter);
        }
    }

    private static object? ValueOf(object? value) => value switch
    {
        null or long or string => value,
        SettleSlot slot => slot.Number,
        BillingHour hour => hour.Number,
        BillingMonth month => (long)month.Number,
        IEnumerable<long> list => $"[{string.Join(',', list)}]",
        _ => value,
    };

    /// <summary>How to read each property of a type. Compiled, because reflection took more time than the statements.</summary>
    private static Dictionary<string, Func<object, object?>> PropertiesOf(Type type) =>
        Properties.GetOrAdd(type, t => t.GetProperties().ToDictionary(p => p.Name, Reader, StringComparer.Ordinal));

    private static Func<object, object?> Reader(PropertyInfo property)
    {
        var args = Expression.Parameter(typeof(object));
        var value = Expression.Property(Expression.Convert(args, property.DeclaringType!), property);
        return Expression.Lambda<Func<object, object?>>(Expression.Convert(value, typeof(object)), args).Compile();
    }

    [GeneratedRegex("@[A-Za-z]\\w*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ParameterName();
}
