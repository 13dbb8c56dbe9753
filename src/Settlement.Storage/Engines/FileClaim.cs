namespace Settlement.Storage.Engines;

/// <summary>A claim that is an exclusive lock on a file beside a SQLite store. Who is stopped keeps it, who ends loses it: there is nothing to take over.</summary>
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

/// <summary>A file that only one can have open.</summary>
internal static class LockedFile
{
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;

    /// <summary>
    /// Null when another has it. Every other failure (no such folder, no handle or space left) is thrown: to wait for its end would be to wait for ever.
    /// </summary>
    public static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is SharingViolation or WouldBlockOnLinux or WouldBlockOnMac)
        {
            return null;
        }
    }
}
