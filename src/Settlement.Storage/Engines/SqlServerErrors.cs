using System.Data.Common;
using Microsoft.Data.SqlClient;

namespace Settlement.Storage.Engines;

/// <summary>
/// No connection of the pool became free in time. SqlClient reports this with an error that a programming mistake could also cause.
/// </summary>
public sealed class NoConnectionException : DbException
{
    public NoConnectionException()
    {
    }

    public NoConnectionException(string message)
        : base(message)
    {
    }

    public NoConnectionException(string message, Exception cause)
        : base(message, cause)
    {
    }
}

/// <summary>
/// Which errors of SQL Server may go away when the whole transaction is tried again. A statement that is denied, misspelt or does not fit is refused
/// again, however often it is tried.
/// </summary>
public static class SqlServerErrors
{
    /// <summary>From this severity on, the server or the network has ended the connection.</summary>
    private const byte EndsConnection = 20;

    /// <summary>What Babelfish reports if SQL Server has no error number for what happened. There is no way to tell what it is.</summary>
    private const int WithoutNumber = 33557097;

    private static readonly HashSet<int> Passing =
    [
        // Another writer was first: a key that is taken, a deadlock, a lock that could not be obtained, a row that has changed since.
        2601, 2627, 1203, 1204, 1205, 1222, 3960, 3966,
        // Time ran out, on the client or on the server.
        -2, 258, 845, 847, 8628, 8645,
        // The connection: none, broken, refused, shut down, too many.
        -1, 0, 2, 20, 53, 64, 109, 121, 233, 596, 997, 1236, 6005, 10051, 10053, 10054, 10060, 10061, 11001, 17142, 17188, 17197, 17809,
        // The database: starting, recovering, failing over, or a replica that is currently not the writer.
        615, 617, 669, 904, 921, 922, 927, 952, 978, 979, 981, 982, 983, 1418, 3906, 3908, 4060, 4221, 9001,
        // Memory, log space or space for row versions ran out.
        701, 802, 1105, 3958, 3967, 8651, 9002, 17803,
        // Azure SQL: moved, busy, over its limits.
        10922, 10928, 10929, 10936, 40143, 40197, 40501, 40540, 40544, 40549, 40550, 40551, 40552, 40553, 40613, 42108, 42109, 49918, 49919, 49920,
        // A table that the schema check did find: a plan has outlived a schema change, or the server now answers from a different database.
        207, 208,
        WithoutNumber,
    ];

    /// <summary>Whether any of the errors that were reported together may pass.</summary>
    public static bool MayGetBetter(DbException error) =>
        error is NoConnectionException
            || (error is SqlException e && e.Errors.Cast<SqlError>().Any(x => x.Class >= EndsConnection || MayGetBetter(x.Number)));

    /// <param name="number">The value of <c>SqlException.Number</c>; negative numbers come from the client itself.</param>
    public static bool MayGetBetter(int number) => Passing.Contains(number);
}
