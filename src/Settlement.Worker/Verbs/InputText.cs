using Settlement.Worker.Ingest;

namespace Settlement.Worker.Verbs;

/// <summary>Files that are read whole: catalogs, commands, scenarios.</summary>
internal static class InputText
{
    /// <param name="file">A path, or - for standard input.</param>
    /// <exception cref="BadInputException">The file can't be read.</exception>
    public static string Read(string file)
    {
        if (file == "-")
            return Console.In.ReadToEnd();
        if (Directory.Exists(file))
            throw new BadInputException($"{file}: is a folder, not a file");
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BadInputException($"{file}: {e.Message}", e);
        }
    }

    /// <summary>What the file is called in messages.</summary>
    public static string NameOf(string file) => file == "-" ? "standard input" : file;
}
