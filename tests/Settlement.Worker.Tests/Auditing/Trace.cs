using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Worker.Tests.Auditing;

/// <summary>The real trace that lies beside the checkout (shared/data/README.md) and the count that every correct settlement of it must reach.</summary>
internal static class Trace
{
    public const int Events = 35_272;
    public const int SuccessfulCalls = 32_101;
    private const string Name = "nasa-http-1995-07-09";

    /// <summary>Before the first call of the trace.</summary>
    public static readonly long BeforeUs = Instant.OfUs(new DateTimeOffset(1995, 7, 9, 3, 0, 0, TimeSpan.Zero));

    public static string File => Path.Combine(Folder(), Name + ".csv.gz");

    /// <summary>Successful calls per account, API and hour.</summary>
    public static Dictionary<(string Account, string Api, long Hour), long> Truth() =>
        Lines(".truth.csv.gz").ToDictionary(f => (f[0], f[1], BillingHour.Of(TimeUs(f[2]))), f => long.Parse(f[3], CultureInfo.InvariantCulture));

    /// <summary>What accounts there are and which APIs each calls, in order.</summary>
    public static SortedDictionary<string, SortedSet<string>> Scopes()
    {
        var scopes = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var fields in Lines(".csv.gz"))
        {
            if (!scopes.TryGetValue(fields[1], out var apis))
                scopes[fields[1]] = apis = new SortedSet<string>(StringComparer.Ordinal);
            apis.Add(fields[2]);
        }

        return scopes;
    }

    private static long TimeUs(string text) => Instant.TryParse(text, out var us) ? us : throw new InvalidDataException(text);

    private static IEnumerable<string[]> Lines(string ending)
    {
        using var text = new StreamReader(new GZipStream(System.IO.File.OpenRead(Path.Combine(Folder(), Name + ending)), CompressionMode.Decompress));
        text.ReadLine();
        while (text.ReadLine() is { } line)
            yield return line.Split(',');
    }

    private static string Folder([CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var data = Path.Combine(folder, "shared", "data");
            if (System.IO.File.Exists(Path.Combine(data, Name + ".csv.gz")))
                return data;
        }

        Assert.Skip("Replay trace: ../shared/data/nasa-http-1995-07-09.csv.gz is not there");
        return "";
    }
}
