using System.Data.Common;

namespace Settlement.Storage;

/// <summary>
/// A reader that tells why reading failed. Closing one whose connection broke half way through a row can throw an error of its own
/// (<see cref="ArgumentOutOfRangeException"/> out of SqlClient), behind which the first is lost: what may be tried again then looks like what may not.
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
            // The first error says what happened, and the connection is thrown away for it.
        }
    }
}
