using System.Data.Common;

namespace Settlement.Storage.Engines;

/// <summary>
/// This process lacks a right to the file or the folder of a SQLite store, so it can't read or write it as needed. The message says which file, why,
/// and what to do. Nothing was changed.
/// </summary>
public sealed class StoreAccessException : DbException
{
    internal StoreAccessException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <param name="file">The file that was to be written.</param>
    /// <param name="why">Why it can't be written.</param>
    internal static StoreAccessException NoWriting(string file, string why) => new(
        $"{file} can't be written by user {Environment.UserName}: {why}. Use a user who may write the file and its folder; "
        + "to look at a store, reading it is enough.");

    internal static StoreAccessException NoReading(string file, DbException cause) => new(
        $"{file} can't be read by user {Environment.UserName}: {cause.Message} It, {file}-wal and {file}-shm must be readable.", cause);

    /// <param name="file">The store.</param>
    /// <param name="why">Why the index can't be created.</param>
    internal static StoreAccessException LogWithoutIndex(string file, string why) => new(
        $"{file} can't be read: what was written last is in {file}-wal, and the index of that, {file}-shm, is not there and can't be made by user "
        + $"{Environment.UserName}: {why}. Run one verb, such as settlement status, as a user who may write the file and its folder; "
        + "or copy the file and the -wal to a folder of your own and look there.");
}
