using System.Data.Common;
using Dapper;

namespace Settlement.Storage;

/// <summary>
/// One connection and, for writing, one transaction: what every store method works in. Disposed without <see cref="Commit"/> it leaves nothing.
/// Statements are given by name (<see cref="Sql"/>).
/// </summary>
public sealed class Session(DbConnection connection, DbTransaction? transaction, Action? released = null) : IDisposable
{
    private readonly List<Action> committed = [];

    /// <summary>Numbers given or found in this transaction, which are not yet true for everyone.</summary>
    public Dictionary<object, long> Numbers { get; } = [];

    public DbConnection Connection { get; } = connection;

    public DbTransaction? Transaction { get; } = transaction;

    public List<T> Rows<T>(string statement, object? args = null) =>
        Connection.Query<T>(Sql.Get(statement), args, Transaction).AsList();

    /// <summary>Rows as they are read, for results that need not fit in memory.</summary>
    public IEnumerable<T> Stream<T>(string statement, object? args = null) =>
        Connection.Query<T>(Sql.Get(statement), args, Transaction, buffered: false, commandTimeout: 0);

    public T? One<T>(string statement, object? args = null) => Connection.QueryFirstOrDefault<T>(Sql.Get(statement), args, Transaction);

    /// <summary>Executes once, or once per element when <paramref name="args"/> is a sequence; returns the rows affected in all.</summary>
    public int Execute(string statement, object? args = null) => Connection.Execute(Sql.Get(statement), args, Transaction);

    /// <summary>What may be remembered only once it is true for everyone (caches).</summary>
    public void OnCommit(Action action) => committed.Add(action);

    public void Commit()
    {
        Transaction?.Commit();
        foreach (var action in committed)
            action();
    }

    public void Dispose()
    {
        Transaction?.Dispose();
        Connection.Dispose();
        released?.Invoke();
    }
}
