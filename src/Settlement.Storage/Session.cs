using System.Collections;
using System.Data.Common;
using Dapper;

namespace Settlement.Storage;

/// <summary>
/// One connection and, for writing, one transaction. Every store method works in a session. If disposed without <see cref="Commit"/>, it leaves
/// nothing behind. Statements are given by name (<see cref="Sql"/>).
/// </summary>
/// <param name="alone">No transaction: each statement is committed at once. For claims and the like, which are not part of any larger unit.</param>
public sealed class Session(DbConnection connection, DbTransaction? transaction, Statements statements, Action released, bool alone = false)
    : IDisposable
{
    private readonly List<Action> committed = [];

    static Session() => NumberColumns.Register();

    /// <summary>Numbers assigned or found in this transaction, which are not yet valid for others.</summary>
    public Dictionary<object, long> Numbers { get; } = [];

    public DbConnection Connection { get; } = connection;

    public DbTransaction? Transaction { get; } = transaction;

    public Statements Statements { get; } = statements;

    public List<T> Rows<T>(string statement, object? args = null)
    {
        using var reader = new SafeReader(Statements.Bind(statement, Transaction, args).ExecuteReader());
        return reader.Read(r => r.Parse<T>().AsList());
    }

    /// <summary>Rows one at a time as they are read, for results that need not fit in memory.</summary>
    public IEnumerable<T> Stream<T>(string statement, object? args = null)
    {
        using var command = Statements.BindApart(statement, Transaction, args);
        using var reader = new SafeReader(command.ExecuteReader());
        using var rows = reader.Read(r => r.Parse<T>().GetEnumerator());
        while (reader.Read(_ => rows.MoveNext()))
            yield return rows.Current;
    }

    public T? One<T>(string statement, object? args = null)
    {
        using var reader = new SafeReader(Statements.Bind(statement, Transaction, args).ExecuteReader());
        return reader.Read(r => r.Parse<T>().FirstOrDefault());
    }

    /// <summary>Executes once; returns the rows affected.</summary>
    public int Execute(string statement, object? args = null) => Statements.Execute(Writing(statement), Transaction, args);

    /// <summary>Executes once per element; returns the rows that each affected.</summary>
    public List<int> ExecuteEach(string statement, IEnumerable args) => Statements.ExecuteEach(Writing(statement), Transaction, args);

    public bool IsCommitted { get; private set; }

    /// <summary>For what may be remembered only once it is valid for everyone (caches).</summary>
    public void OnCommit(Action action) => committed.Add(action);

    public void Commit()
    {
        Transaction?.Commit();
        IsCommitted = true;
        foreach (var action in committed)
            action();
    }

    public void Dispose()
    {
        try
        {
            Transaction?.Dispose();
        }
        finally
        {
            released();
        }
    }

    private string Writing(string statement) =>
        Transaction is not null || alone ? statement : throw new InvalidOperationException($"'{statement}' writes, and this session is for reading.");
}
