namespace Settlement.Storage.Engines;

/// <summary>
/// A claim that is an exclusive lock on a file next to a SQLite store. A stopped worker keeps its claim; one that has exited loses it. There is
/// nothing to take over.
/// </summary>
internal sealed class FileClaim : WorkClaim
{
    private readonly FileStream file;

    private FileClaim(FileStream file) => this.file = file;

    public static FileClaim? TryTake(string path) => LockedFile.TryOpen(path) is { } file ? new FileClaim(file) : null;

    public override void Assert(Session session)
    {
    }

    protected override void Dispose(bool disposing) => file.Dispose();
}

/// <summary>A file that only one process can have open.</summary>
internal static class LockedFile
{
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;
    private const int ReadOnlyVolume = 30;

    /// <summary>
    /// Null if another process has it. Every other failure (no such folder, no handles or space left) is thrown, because waiting for it to pass could
    /// take for ever.
    /// </summary>
    /// <exception cref="StoreAccessException">The file or its folder can't be written.</exception>
    public static FileStream? TryOpen(string path)
    {
        try
        {
            return TryOpen(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException { HResult: ReadOnlyVolume })
        {
            throw StoreAccessException.NoWriting(path, "it or its folder is read-only");
        }
    }

    /// <summary>Whether another process has it. Opening the file for reading is enough to find out.</summary>
    public static bool IsTaken(string path)
    {
        using var file = TryOpen(path, FileMode.Open, FileAccess.Read);
        return file is null;
    }

    private static FileStream? TryOpen(string path, FileMode mode, FileAccess access)
    {
        try
        {
            return new FileStream(path, mode, access, FileShare.None);
        }
        catch (IOException e) when (e.HResult is SharingViolation or WouldBlockOnLinux or WouldBlockOnMac)
        {
            return null;
        }
    }
}
