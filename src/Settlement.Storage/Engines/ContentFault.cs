using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;

namespace Settlement.Storage.Engines;

/// <summary>
/// Whether a transaction may have failed because of the data it was given to write. A database that is unreachable, full, locked or out of order
/// reports other errors, and those are not the fault of anything in the batch.
/// </summary>
public static class ContentFault
{
    private const int SqliteTooBig = 18;
    private const int SqliteConstraint = 19;
    private const int SqliteMismatch = 20;

    /// <summary>
    /// A null where none is allowed, a broken constraint, a taken key, a text that is too long, a number out of bounds, a failed conversion.
    /// </summary>
    private static readonly int[] SqlServer = [220, 232, 241, 245, 515, 547, 2601, 2627, 2628, 8114, 8115, 8134, 8152];

    public static bool MayBe(Exception error) => error switch
    {
        SqliteException e => e.SqliteErrorCode is SqliteTooBig or SqliteConstraint or SqliteMismatch,
        SqlException e => SqlServer.Contains(e.Number),
        DbException or LateWriterException or ClaimLostException or ObjectDisposedException => false,
        ArithmeticException or ArgumentException or FormatException or InvalidOperationException or InvalidCastException => true,
        KeyNotFoundException or NullReferenceException or IndexOutOfRangeException or System.Text.Json.JsonException => true,
        _ => false,
    };

    /// <summary>Throws the database's own error if it can't do even the smallest part of what storing does.</summary>
    internal static void AssertWorks(SettlementStore store) => store.Write(session =>
    {
        store.Engine.TakeGuard(session, exclusive: false);
        store.Terms.Read(session, StoreState.Of(session));
        session.Execute("store/touch");
    });
}
