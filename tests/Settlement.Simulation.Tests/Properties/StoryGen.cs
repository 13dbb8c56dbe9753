// Random stories of nine days over the turn of a month: short terms, small lots, little money, and instants that coincide (on the hour, at three in
// the morning, at midnight).
using CsCheck;
using Settlement.Domain.Time;

namespace Settlement.Simulation.Tests.Properties;

internal static class StoryGen
{
    public const long StartUs = 1_682_524_800_000_000;
    public const int Days = 9;

    private const long QuarterUs = Instant.PerHourUs / 4;
    private const long EndUs = StartUs + Days * Instant.PerDayUs;

    /// <summary>
    /// Quarters of an hour, and more often the instants that matter to the rules: midnight and 03:00 in +08:00, and a microsecond before or after an
    /// hour.
    /// </summary>
    private static readonly Gen<long> At = Gen.OneOf(
        Gen.Long[0, Days * 96 - 1].Select(q => StartUs + q * QuarterUs),
        Gen.Long[0, Days * 24 - 1].Select(h => StartUs + h * Instant.PerHourUs),
        Gen.Select(Gen.Long[0, Days - 1], Gen.OneOf(16L, 19)).Select((d, h) => StartUs + d * Instant.PerDayUs + h * Instant.PerHourUs),
        Gen.Select(Gen.Long[1, Days * 24 - 1], Gen.OneOf(-1L, 1)).Select((h, us) => StartUs + h * Instant.PerHourUs + us));

    private static readonly Gen<string> Account = Gen.OneOf("a1", "a1", "a1", "a1", "a1", "a2", "a2", "a3");
    private static readonly Gen<string> Package = Gen.Int[1, 4].Select(n => $"P{n}");
    private static readonly Gen<string?> Project = Gen.OneOf<string?>(null, null, "X", "Y");
    private static readonly Gen<(string Api, string Region)> Scope = Gen.OneOf(
        ("p", "r"), ("p", "r"), ("p", "r"), ("p", "r"), ("p", "s"), ("p", "s"), ("q", "r"), ("q", "s"));
    private static readonly Gen<object?> DaysBefore = Gen.OneOf(Gen.Const((object?)null), Gen.Int[0, 7].Select(d => (object?)d));

    private static readonly Gen<StoryAction> Money = Gen.Select(At, Account, Gen.Int[1, 80], Gen.Int[0, 3])
        .Select((at, account, quarters, kind) => kind > 0
        ? Make(at, "top-up", ("account", account), ("amount", Quarters(quarters)))
        : Make(at, "adjust-balance", ("account", account), ("amount", Quarters(quarters % 2 == 0 ? quarters : -quarters)), ("reason", "r"),
            ("by", "b")));

    private static readonly Gen<StoryAction> Subscription = Gen.Select(At, Account, Scope, Gen.Bool).Select((at, account, scope, on) =>
        Make(at, on ? "subscribe" : "unsubscribe", ("account", account), ("api", scope.Api), ("region", scope.Region)));

    private static readonly Gen<StoryAction> Purchase = Gen.Select(
        At, Account, Package, Gen.OneOf("day", "two", "day", "two", "week", "week", "small", "free", "none"), Gen.Bool, DaysBefore,
        Gen.OneOf<string?>(null, null, "bought", "free", "promotion"), Project,
        (at, account, package, offer, auto, days, origin, project) => Make(
            at, "buy-package", ("account", account), ("package", package), ("offer", offer), ("autoRenew", auto), ("daysBefore", days),
            ("origin", origin), ("project", project)))
        .Select(Gen.OneOf(Gen.Const(-1L), Gen.Const(-1L), Gen.Long[0, 200]), (buy, later) =>
            later < 0 ? buy : buy with { Body = new(buy.Body) { ["startsAt"] = Instant.Show(buy.AtUs + later * QuarterUs, 0) } });

    private static readonly Gen<StoryAction> Renewing = Gen.Select(At, Package, Gen.Int[0, 7], DaysBefore)
        .Select((at, package, kind, days) => kind switch
    {
        0 => Make(at, "refund-package", ("package", package)),
        <= 3 => Make(at, "renew-package", ("package", package)),
        _ => Make(at, "set-auto-renew", ("package", package), ("enabled", kind != 4), ("daysBefore", days)),
    });

    private static readonly Gen<StoryAction> Others = Gen.Select(At, Account, Gen.Int[0, 7], Gen.Int[0, 40])
        .Select((at, account, kind, n) => kind switch
    {
        0 => Make(at, "open-account", ("account", "a3"), ("level", "V1")),
        1 => Make(at, "set-alert", ("account", account), ("balanceBelow", Quarters(n))),
        2 => Make(at, "set-alert", ("account", account), ("lowPackagePercent", n)),
        3 => Make(at, "run-job", ("job", "close-hours")),
        4 => Make(at, "run-job", ("job", "lifecycle")),
        5 => Make(at, "hold", ("reason", "r"), ("by", "b")),
        6 => Make(at, "resume", ("reason", "r"), ("by", "b")),
        _ => Make(at, "top-up", ("account", account), ("amount", "not money")),
    });

    /// <summary>Delivered at each call's own time.</summary>
    private static readonly Gen<StoryAction> Timely = Gen.Select(
        At, Account, Scope, Project, Gen.Int[1, 25], Gen.OneOf(Gen.Const(-1L), Gen.Long[0, 12]), Gen.OneOf(1, 1, 2, 3),
        Gen.OneOf(200, 200, 200, 200, 204, 404),
        (at, account, scope, project, calls, quarters, count, status) => Make(
            at, "usage", ("account", account), ("api", scope.Api), ("region", scope.Region), ("project", project), ("calls", calls),
            ("until", quarters < 0 ? null : Instant.Show(Math.Min(at + quarters * QuarterUs, EndUs), 0)), ("count", count), ("status", status)));

    private static readonly Gen<StoryAction> AnyUsage = Gen.Select(
        Timely, Gen.OneOf(Gen.Const(-1L), Gen.Long[0, 8], Gen.Long[0, 200]), Gen.Int[0, 9], Gen.OneOf(1, 1, 2)).Select((usage, later, id, times) =>
    {
        var body = new Dictionary<string, object?>(usage.Body, StringComparer.Ordinal) { ["times"] = times };
        if (later >= 0)
            body["delivered"] = Instant.Show(Math.Min(usage.AtUs + later * QuarterUs, EndUs), 0);
        if (id < 2)
            body["id"] = $"again-{id}";
        return usage with { Body = body };
    });

    private static readonly Gen<StoryAction> Outage = Gen.Select(At, Gen.Long[1, 250]).Select((at, quarters) =>
        Make(at, "outage", ("until", Instant.Show(Math.Min(at + quarters * QuarterUs, EndUs + Instant.PerHourUs), 0))));

    private static readonly Gen<Dictionary<string, object?>> Settings = Gen.Select(
        Gen.OneOf("carry", "truncate"), Gen.OneOf("00:00:00", "00:30:00", "01:00:00", "02:00:00"), Gen.Int[0, 2], Gen.Int[0, 2],
        Gen.OneOf(0, 1, 3, 7), Gen.OneOf("+08:00", "+08:00", "-05:00"))
        .Select((rounding, delay, grace, retention, days, zone) => new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["rounding"] = rounding, ["closeDelay"] = delay, ["graceDays"] = grace, ["retentionDays"] = retention, ["daysBefore"] = days,
            ["timeZone"] = zone,
        });

    private static readonly Gen<StoryAction> Everything = Gen.Frequency(
        (3, Money), (2, Subscription), (4, Purchase), (4, Renewing), (2, Others), (10, AnyUsage), (1, Outage));
    private static readonly Gen<StoryAction> Steady = Gen.Frequency(
        (3, Money), (2, Subscription), (4, Purchase), (4, Renewing), (2, Others), (10, Timely.Where(u => u.Get<string>("account") != "a3")));

    /// <summary>Everything that a scenario can contain.</summary>
    public static Gen<Story> Any { get; } = Told(Everything);

    /// <summary>Nothing is delivered late and the worker is never down.</summary>
    public static Gen<Story> WithoutOutage { get; } = Told(Steady);

    public static Gen<StoryAction> AnyOutage => Outage;

    /// <summary>
    /// The same story with one more action, which comes before or after everything else at its instant. All other actions keep their ids.
    /// </summary>
    public static Story With(this Story story, StoryAction action, bool first) =>
        story with { Timeline = [.. (first ? story.Timeline.Prepend(action) : story.Timeline.Append(action)).OrderBy(a => a.AtUs)] };

    /// <summary>Half of the actions happen at one of a few instants, so that things coincide that seldom do.</summary>
    private static Gen<Story> Told(Gen<StoryAction> action) => Gen.Select(
        Settings, Gen.Int[0, 60], At.Array[5], Gen.Select(action, Gen.Int[0, 9]).Array[1, 45])
            .Select((settings, money, meetings, actions) => new Story(
        settings,
        Identified(
        [
            Make(StartUs, "open-account", ("account", "a1")),
            Make(StartUs, "open-account", ("account", "a2")),
            Make(StartUs, "top-up", ("account", "a1"), ("amount", Quarters(money + 1))),
            .. actions.Select(a => a.Item2 < meetings.Length ? Moved(a.Item1, meetings[a.Item2]) : a.Item1).OrderBy(a => a.AtUs),
            Make(EndUs + Instant.PerHourUs, "resume", ("reason", "the end"), ("by", "b")),
        ]),
        EndUs + 12 * Instant.PerHourUs));

    private static StoryAction Moved(StoryAction action, long toUs)
    {
        var body = new Dictionary<string, object?>(action.Body, StringComparer.Ordinal);
        foreach (var field in (string[])["until", "startsAt", "delivered"])
        {
            if (action.Us(field) is { } us)
                body[field] = Instant.Show(Math.Min(us + toUs - action.AtUs, EndUs), 0);
        }

        return new StoryAction(toUs, action.Name, body);
    }

    private static List<StoryAction> Identified(List<StoryAction> actions) => [.. actions.Select((a, i) =>
        a.Name == "outage" || a.Body.ContainsKey("id") ? a
            : a with { Body = new(a.Body, StringComparer.Ordinal) { ["id"] = $"{a.Name[0]}{i:D2}" } })];

    private static string Quarters(int n) => ((decimal)n / 4).ToString("F2", System.Globalization.CultureInfo.InvariantCulture);

    private static StoryAction Make(long at, string name, params (string Field, object? Value)[] fields) =>
        new(at, name, fields.Where(f => f.Value is not null).ToDictionary(f => f.Field, f => f.Value, StringComparer.Ordinal));
}
