using System.Globalization;
using Settlement.Contracts;
using Settlement.Domain.Time;

namespace Settlement.Worker.Demo;

/// <summary>A message on its way to the worker.</summary>
internal sealed record Message(long ArrivesUs, byte[] Body);

/// <summary>
/// The gateway's agent in one region. It reports calls every quarter of an hour in one message, sends some again because a confirm got lost, and
/// keeps what it can't send in a spool. At the end, the books are compared with its own count.
/// </summary>
internal sealed class Agent(string region, Dice dice)
{
    private const int SecondsToSend = 5;
    private const int ResentOneIn = 60;

    private readonly IReadOnlyList<Use> uses = [.. Cast.Uses.Where(u => u.Region == region)];
    private readonly string source = $"gateway-{region}";
    private long sequence;
    private UsageEvent? bulkBefore;

    public GatewayCount Count { get; } = new();

    /// <summary>The messages of the quarter that begins at an instant; they may arrive much later.</summary>
    public IEnumerable<Message> Report(long quarterUs)
    {
        var events = uses.Where(u => IsActive(u, quarterUs)).SelectMany(u => Calls(u, quarterUs)).OrderBy(e => e.Time).ToList();
        if (events.Count == 0)
            yield break;
        Count.Take(events);
        var usual = quarterUs + Calendar.QuarterUs + SecondsToSend * Instant.PerSecondUs;
        var arrives = Mishaps.ArrivesUs(region, quarterUs) ?? usual;
        var body = new UsageEvents([.. events, .. Strange(events, quarterUs)]).ToUtf8Bytes();
        yield return new Message(arrives, body);
        if (dice.OneIn(ResentOneIn))
        {
            Count.Resent += events.Count;
            yield return new Message(arrives + 40 * Instant.PerSecondUs, body);
        }
    }

    private static bool IsActive(Use use, long us) => Calendar.DayOf(us) is var day && day >= use.FirstDay && day <= use.LastDay;

    private IEnumerable<UsageEvent> Calls(Use use, long quarterUs)
    {
        // Up to twice what is expected, so that no two days look alike.
        var calls = (Calendar.ExpectedMilli(use, quarterUs) * dice.Between(500, 1_500) / 1_000 + dice.Below(1_000)) / 1_000;
        while (calls > 0)
        {
            var count = Math.Min(calls, dice.Between(1, use.MaxCount));
            calls -= count;
            yield return Event(use, quarterUs + dice.Below(Calendar.QuarterUs), Status(), count);
        }
    }

    private int Status() => dice.Below(1_000) switch
    {
        < 14 => 400,
        < 19 => 403,
        < 23 => 429,
        < 30 => 500,
        < 33 => 504,
        < 40 => 201,
        _ => 200,
    };

    private UsageEvent Event(Use use, long timeUs, int status, long count) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{++sequence:D7}"),
        Source = source,
        Account = use.Account,
        Api = use.Api,
        Region = region,
        Time = Instant.ToUtc(timeUs).ToOffset(Calendar.Zone.Offset),
        Status = status,
        Count = count,
        Project = use.Project,
    };

    /// <summary>Events that are not as they should be; see <see cref="Mishaps"/>.</summary>
    private IEnumerable<UsageEvent> Strange(List<UsageEvent> events, long quarterUs)
    {
        if (region != Cast.North)
            yield break;
        if (quarterUs == Mishaps.RecountUs && bulkBefore is { } before)
            yield return before with { Count = before.Count + 3 };
        bulkBefore = events.FindLast(e => e.Count > 1 && e.Status == 200) ?? bulkBefore;
        if (quarterUs == Mishaps.BadFieldUs)
            yield return events[^1] with { Id = "health-check-1", Status = 0, Count = 1 };
    }
}

/// <summary>What the gateway itself counted: every event once, however often it was sent.</summary>
internal sealed class GatewayCount
{
    public long Events { get; private set; }

    public long SuccessfulCalls { get; private set; }

    public long FailedCalls { get; private set; }

    /// <summary>Events that were sent a second time.</summary>
    public long Resent { get; set; }

    public void Take(IReadOnlyList<UsageEvent> events)
    {
        Events += events.Count;
        SuccessfulCalls += events.Where(e => e.Status is >= 200 and <= 299).Sum(e => e.Count);
        FailedCalls += events.Where(e => e.Status is < 200 or > 299).Sum(e => e.Count);
    }

    public static GatewayCount operator +(GatewayCount a, GatewayCount b) => new()
    {
        Events = a.Events + b.Events,
        SuccessfulCalls = a.SuccessfulCalls + b.SuccessfulCalls,
        FailedCalls = a.FailedCalls + b.FailedCalls,
        Resent = a.Resent + b.Resent,
    };
}
