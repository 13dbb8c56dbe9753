namespace Settlement.Benchmarks.Harness;

/// <summary>A folder for database files that is deleted when the figure is done.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo folder;
    private int files;

    public Scratch(Sizes sizes)
    {
        Directory.CreateDirectory(sizes.Folder);
        folder = Directory.CreateDirectory(Path.Combine(sizes.Folder, $"settlement-bench-{Environment.ProcessId}"));
    }

    public string New(string name) => Path.Combine(folder.FullName, $"{name}-{++files}.db");

    /// <summary>A copy of a database that nobody has open.</summary>
    public string CopyOf(string template, string name)
    {
        var file = New(name);
        File.Copy(template, file);
        return file;
    }

    public static void Delete(string file)
    {
        foreach (var one in Directory.EnumerateFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*"))
            File.Delete(one);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
