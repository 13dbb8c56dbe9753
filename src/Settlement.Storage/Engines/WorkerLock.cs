using System.Globalization;

namespace Settlement.Storage.Engines;

/// <summary>
/// Shows that a worker is attached to a SQLite store: an exclusive lock on a file next to it. The system releases the lock when the process ends,
/// however it ends. A second file names the holder.
/// </summary>
internal static class WorkerLock
{
    private const int Tries = 20;
    private const int BetweenTriesMs = 25;

    public static IDisposable? TryTake(string path, out string? holder)
    {
        holder = null;
        // A verb that asks who is attached holds the lock for a moment, so a single refusal is not conclusive.
        for (var i = 0; i < Tries; i++)
        {
            if (LockedFile.TryOpen(path) is { } stream)
                return Named(stream, path);

            Thread.Sleep(BetweenTriesMs);
        }

        holder = Read(path);
        return null;
    }

    public static string? Holder(string path)
    {
        try
        {
            return File.Exists(path) && LockedFile.IsTaken(path) ? Read(path) : null;
        }
        catch (UnauthorizedAccessException)
        {
            return $"not known: {path} can't be read by user {Environment.UserName}";
        }
    }

    private static FileStream Named(FileStream stream, string path)
    {
        try
        {
            File.WriteAllText(NameFile(path), Me());
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static string Read(string path) => File.Exists(NameFile(path)) ? File.ReadAllText(NameFile(path)) : "another process";

    /// <summary>The locked file itself can't be read by other processes.</summary>
    private static string NameFile(string path) => path + "-holder";

    private static string Me() => string.Create(
        CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}");
}
