using System.Globalization;
using System.Text.Json;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Worker.Ingest;

namespace Settlement.Worker.Simulating;

/// <summary>
/// The events of a <c>usage</c> action: event i (from 0) at <c>at + i x (until - at) / calls</c>, cut to the microsecond; delivered at its own time,
/// or all at <c>delivered</c>, each <c>times</c> times.
/// </summary>
internal sealed record UsageStory(
    string Account, string Api, string Region, string Source, string IdPrefix, string? Project, long Status, long Count, long AtUs, long? UntilUs,
    long Calls,
    long? DeliveredUs, long Times)
{
    private bool WellFormed => CallFields.TextFault(Account) is null && CallFields.TextFault(Api) is null && CallFields.TextFault(Region) is null
        && CallFields.TextFault(Source) is null && CallFields.TextFault(Id(Calls)) is null && CallFields.StatusFault(Status) is null
        && CallFields.CountFault(Count) is null && (Project is null || CallFields.TextFault(Project) is null);

    public long TimeUs(long i) => UntilUs is { } until ? AtUs + (long)((Int128)i * (until - AtUs) / Calls) : AtUs;

    public long ArrivesUs(long i) => DeliveredUs ?? TimeUs(i);

    /// <summary>How events are made: a story with a bad field goes through the message reader, which says what is wrong with it.</summary>
    public Func<long, ReadEvent> Maker() => WellFormed ? Event : Read;

    private string Id(long i) => string.Create(CultureInfo.InvariantCulture, $"{IdPrefix}-{i}");

    private ReadEvent Event(long i) => ReadEvent.Of(new UsageCall(Source, Id(i), Account, Api, Region, TimeUs(i), (int)Status, Count, Project));

    private ReadEvent Read(long i)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["id"] = Id(i),
            ["source"] = Source,
            ["account"] = Account,
            ["api"] = Api,
            ["region"] = Region,
            ["time"] = Instant.Show(TimeUs(i), 0),
            ["status"] = Status,
            ["count"] = Count,
            ["project"] = Project,
        });
        return UsageReader.Read(body, "application/json")[0];
    }
}
