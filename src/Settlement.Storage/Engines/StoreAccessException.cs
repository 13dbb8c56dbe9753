using System.Data.Common;

namespace Settlement.Storage.Engines;

/// <summary>
/// A SQLite store that this process can't read or write as it would have to, for want of a right to its file or folder. The message says which file, why, and what to do. Nothing was changed.
/// </summary>
public sealed class StoreAccessException : DbException
{
    internal StoreAccessException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <param name="file">The file that is to be written.</param>
    /// <param name="why">Why it can't be.</param>
    internal static StoreAccessException NoWriting(string file, string why) => new(
        $"{file} can't be written by user {Environment.UserName}: {why}. Use a user who may write the file and its folder; to look at a store, reading it is enough.");
}
