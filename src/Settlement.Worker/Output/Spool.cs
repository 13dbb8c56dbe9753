using System.Text;

namespace Settlement.Worker.Output;

/// <summary>
/// Rows of texts that are set aside and read again. Up to <see cref="InMemory"/> bytes are kept in memory. Beyond that, they go into a file in the
/// temporary folder that only this user can open and that is gone with the process. A read from a database into the spool ends before a slow terminal
/// has taken the first line: a read that stays open would keep SQLite's log from being reused.
/// </summary>
internal sealed class Spool : IDisposable
{
    public const int InMemory = 4 << 20;

    private Stream stream = new MemoryStream();
    private BinaryWriter writer;

    public Spool() => writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);

    /// <summary>How many rows.</summary>
    public long Count { get; private set; }

    /// <summary>The name of the file, once there is one.</summary>
    public string? FileName => (stream as FileStream)?.Name;

    public void Add(params IReadOnlyList<string> texts)
    {
        writer.Write7BitEncodedInt(texts.Count);
        foreach (var text in texts)
            writer.Write(text);
        Count++;
        if (FileName is null && stream.Length > InMemory)
            MoveToFile();
    }

    /// <summary>The rows in the order in which they were added; none may be added after that.</summary>
    public IEnumerable<string[]> Rows()
    {
        writer.Flush();
        stream.Position = 0;
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        for (long row = 0; row < Count; row++)
        {
            var texts = new string[reader.Read7BitEncodedInt()];
            for (var i = 0; i < texts.Length; i++)
                texts[i] = reader.ReadString();
            yield return texts;
        }
    }

    public void Dispose()
    {
        writer.Dispose();
        stream.Dispose();
    }

    private void MoveToFile()
    {
        writer.Dispose();
        var file = OpenFile();
        ((MemoryStream)stream).WriteTo(file);
        stream.Dispose();
        (stream, writer) = (file, new BinaryWriter(file, Encoding.UTF8, leaveOpen: true));
    }

    private static FileStream OpenFile()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete,
            Options = FileOptions.DeleteOnClose, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(Path.Combine(Path.GetTempPath(), $"settlement-listing-{Guid.NewGuid():N}"), options);
        // The file has no name any more, so it is gone however the process ends.
        if (!OperatingSystem.IsWindows())
            File.Delete(file.Name);
        return file;
    }
}
