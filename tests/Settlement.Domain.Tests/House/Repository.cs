using System.Runtime.CompilerServices;

namespace Settlement.Domain.Tests.House;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "../../.."));

    public static string File(string path) => Path.Combine(Root, path);

    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(File(folder), pattern, SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
