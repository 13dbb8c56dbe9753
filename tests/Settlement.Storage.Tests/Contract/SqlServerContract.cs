namespace Settlement.Storage.Tests.Contract;

/// <summary>The same on SQL Server: a skip, named and counted, where no server is given.</summary>
public sealed class SqlServerContract : StorageContract
{
    private readonly TestSqlServer database;

    public SqlServerContract()
        : this(TestSqlServer.Need())
    {
    }

    private SqlServerContract(TestSqlServer database)
        : base(database.Engine) => this.database = database;

    protected override void Drop() => database.Dispose();
}
