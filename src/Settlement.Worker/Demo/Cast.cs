namespace Settlement.Worker.Demo;

/// <summary>What one customer calls, day in, day out.</summary>
/// <param name="CallsPerDay">On a working day; a half hour at night has few of them, the one after 10:00 has many.</param>
/// <param name="WeekendPercent">Calls on a Saturday or Sunday, in percent of those on a working day.</param>
/// <param name="MaxCount">Calls in one event: 1, or from 1 up to this number where a customer sends them in bulk.</param>
internal sealed record Use(
    string Account, string Api, string Region, int CallsPerDay, int WeekendPercent = 35, string? Project = null, int MaxCount = 1, int FirstDay = 1,
    int LastDay = 31);

/// <summary>The customers of the gateway. What happens to them is in <see cref="Story"/>.</summary>
internal static class Cast
{
    public const string North = "cn-north-4";
    public const string South = "ap-southeast-1";
    public const string Passport = "passport";
    public const string Table = "general-table";
    public const string Invoice = "invoice";

    /// <summary>A mistyped key: nobody has opened this account.</summary>
    public const string Mistyped = "aspn-bank";

    public static readonly IReadOnlyList<string> Regions = [North, South];

    public static readonly IReadOnlyList<Use> Uses =
    [
        new("aspen-bank", Passport, North, 900),
        new("aspen-bank", Table, North, 280),
        new("birch-travel", Passport, South, 340, WeekendPercent: 120),
        new("cedar-clinic", Invoice, North, 360),
        new("dahlia-freight", Table, North, 500),
        new("elm-school", Passport, North, 60, WeekendPercent: 5),
        new("fern-hotels", Passport, South, 420, WeekendPercent: 130),
        new("fern-hotels", Passport, North, 150, WeekendPercent: 130),
        new("ginkgo-press", Table, North, 760),
        new("hazel-motors", Invoice, North, 700),
        new("iris-pharmacy", Passport, North, 170, WeekendPercent: 90),
        new("juniper-notary", Passport, North, 120, WeekendPercent: 0),
        new("kelp-foods", Invoice, North, 850, WeekendPercent: 70),
        new("larch-rentals", Passport, South, 130, WeekendPercent: 110),
        new("maple-telecom", Passport, North, 2_600, WeekendPercent: 60, MaxCount: 25),
        new("nettle-games", Table, South, 320, WeekendPercent: 140, LastDay: 25),
        new("oak-insurance", Passport, North, 260, Project: "claims"),
        new("oak-insurance", Passport, North, 210, Project: "onboarding"),
        new("poplar-studio", Table, North, 25),
        new(Mistyped, Passport, North, 40, FirstDay: 17, LastDay: 17),
    ];
}
