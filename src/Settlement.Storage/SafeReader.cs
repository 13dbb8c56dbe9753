using System.Data.Common;

namespace Settlement.Storage;

/// <summary>
/// A reader that reports why reading failed. If the connection broke halfway through a row, closing the reader can throw an error of its own
/// (<see cref="ArgumentOutOfRangeException"/> from SqlClient) that hides the first one. A failure that may be retried would then look like one that
/// may not.
/// </summary>
public sealed class SafeReader(DbDataReader reader) : IDisposable
{
    private bool failed;

    public T Read<T>(Func<DbDataReader, T> read)
    {
        try
        {
            return read(reader);
        }
        catch
        {
            failed = true;
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            reader.Dispose();
        }
        catch (Exception) when (failed)
        {
            // The first error says what happened, and the connection is discarded because of it.
        }
    }
}
