using System.Globalization;
using System.IO.Compression;

namespace Settlement.Replay;

/// <summary>A line of the trace (shared/data/README.md).</summary>
internal sealed record TraceRow(string Id, string Account, string Api, DateTimeOffset Time, int Status, int Count)
{
    public static List<TraceRow> Read(string file)
    {
        using var text = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        if (text.ReadLine() != "event_id,account_id,api,occurred_at,status,quantity")
            throw new InvalidDataException($"{file} has another header.");
        var rows = new List<TraceRow>();
        while (text.ReadLine() is { } line)
        {
            var fields = line.Split(',');
            rows.Add(new TraceRow(
                fields[0], fields[1], fields[2], DateTimeOffset.Parse(fields[3], CultureInfo.InvariantCulture),
                int.Parse(fields[4], CultureInfo.InvariantCulture), int.Parse(fields[5], CultureInfo.InvariantCulture)));
        }

        return rows;
    }
}
