namespace Settlement.Storage.Engines;

/// <summary>A claim that is an exclusive lock on a file beside a SQLite store. Who is stopped keeps it, who ends loses it: there is nothing to take over.</summary>
internal sealed class FileClaim : WorkClaim
{
    private readonly FileStream file;

    private FileClaim(FileStream file) => this.file = file;

    public static FileClaim? TryTake(string path)
    {
        try
        {
            return new FileClaim(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public override void Assert(Session session)
    {
    }

    protected override void Dispose(bool disposing) => file.Dispose();
}
