using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Worker.Tests;

/// <summary>
/// One day of real requests and the count that every correct settlement of it arrives at. Looked for in SETTLEMENT_TEST_DATA, else in
/// <c>shared/data</c> of a folder above; if it is missing, the test is skipped with a reason.
/// </summary>
internal static class NasaDay
{
    private const string Trace = "nasa-http-1995-07-09.csv.gz";
    private const string Truth = "nasa-http-1995-07-09.truth.csv.gz";

    /// <summary>Old enough for the trace.</summary>
    public const string MaxUsageAge = "Billing:MaxUsageAge=20000.00:00:00";

    public const string Region = "ksc";

    public const int Rows = 35_272;

    public const int Calls = 32_101;

    /// <summary>The trace, or a skip.</summary>
    public static string File()
    {
        var folder = Folder();
        Assert.SkipWhen(folder is null, $"NASA trace: {Trace} is neither in SETTLEMENT_TEST_DATA nor in shared/data of a folder above");
        return Path.Combine(folder, Trace);
    }

    public static Dictionary<(string Account, string Api, long Hour), long> CallsByHour() =>
        Lines(Path.Combine(Folder()!, Truth)).Select(line => line.Split(',')).ToDictionary(
            cells => (cells[0], cells[1], Instant.TryParse(cells[2], out var us) ? BillingHour.Of(us).Number : throw new FormatException(cells[2])),
            cells => long.Parse(cells[3], CultureInfo.InvariantCulture));

    /// <summary>The accounts and the APIs that each of them calls, in order.</summary>
    public static SortedDictionary<string, SortedSet<string>> Scopes()
    {
        var scopes = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var cells in Lines(File()).Select(line => line.Split(',')))
        {
            if (!scopes.TryGetValue(cells[1], out var apis))
                scopes[cells[1]] = apis = new SortedSet<string>(StringComparer.Ordinal);
            apis.Add(cells[2]);
        }

        return scopes;
    }

    /// <summary>A catalog that sells every API of the trace.</summary>
    public static string Catalog()
    {
        var apis = Lines(File()).Select(line => line.Split(',')[2]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return JsonSerializer.Serialize(new
        {
            currency = "USD",
            apis,
            regions = new[] { Region },
            prices = apis.Select(api => new
            {
                api,
                region = Region,
                from = "1995-01-01T00:00:00Z",
                tiers = new object[] { new { upTo = 10, unitPrice = "0.0123456789" }, new { unitPrice = "0.0098765432" } },
            }),
        });
    }

    private static IEnumerable<string> Lines(string file)
    {
        using var text = new StreamReader(new GZipStream(System.IO.File.OpenRead(file), CompressionMode.Decompress));
        _ = text.ReadLine();
        while (text.ReadLine() is { } line)
            yield return line;
    }

    private static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("SETTLEMENT_TEST_DATA") is { Length: > 0 } given)
            return System.IO.File.Exists(Path.Combine(given, Trace)) ? given : null;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "shared", "data");
            if (System.IO.File.Exists(Path.Combine(folder, Trace)))
                return folder;
        }

        return null;
    }
}
