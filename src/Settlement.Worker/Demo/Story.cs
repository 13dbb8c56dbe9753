using System.Globalization;
using Settlement.Contracts.Commands;

namespace Settlement.Worker.Demo;

/// <summary>What people do during the month: every line is a command as the console would send it, at the instant at which it arrives.</summary>
internal static class Story
{
    private const string Support = "support@gateway.example";

    /// <summary>In order of time.</summary>
    public static IReadOnlyList<(long AtUs, string Body)> Commands()
    {
        var story = new List<(long AtUs, BillingCommand Command)>();
        Open(story);
        Buy(story);
        Later(story);
        return [.. story.OrderBy(s => s.AtUs)
            .Select((s, i) => (s.AtUs, (s.Command with { Id = string.Create(CultureInfo.InvariantCulture, $"demo-{i + 1:D3}") }).ToJson()))];
    }

    private static void Open(List<(long, BillingCommand)> story)
    {
        foreach (var account in Cast.Uses.Select(u => u.Account).Where(a => a != Cast.Mistyped).Distinct(StringComparer.Ordinal))
            story.Add((Calendar.At(0, 20, 0), new OpenAccount { Id = "", Account = account }));
        foreach (var (account, amount) in Paid)
            story.Add((Calendar.At(0, 21, 0), new TopUp { Id = "", Account = account, Amount = amount }));
        foreach (var use in Cast.Uses.Where(u => u.Account != Cast.Mistyped).DistinctBy(u => (u.Account, u.Api, u.Region)))
            story.Add((Calendar.At(0, 22, 0), new Subscribe { Id = "", Account = use.Account, Api = use.Api, Region = use.Region }));
        story.Add((Calendar.At(0, 23, 0), new SetAlert { Id = "", Account = "juniper-notary", BalanceBelow = Threshold.At(120m) }));
    }

    private static readonly (string Account, decimal Amount)[] Paid =
    [
        ("aspen-bank", 5_000m), ("birch-travel", 3_000m), ("cedar-clinic", 460m), ("dahlia-freight", 420m), ("elm-school", 300m),
        ("fern-hotels", 3_500m),
        ("ginkgo-press", 2_000m), ("hazel-motors", 900m), ("iris-pharmacy", 800m), ("juniper-notary", 400m), ("kelp-foods", 1_000m),
        ("larch-rentals", 1_000m),
        ("maple-telecom", 12_000m), ("nettle-games", 1_200m), ("oak-insurance", 4_000m), ("poplar-studio", 100m),
    ];

    private static void Buy(List<(long, BillingCommand)> story)
    {
        void At(int day, int hour, int minute, BillingCommand command) => story.Add((Calendar.At(day, hour, minute), command));

        At(1, 0, 0, new BuyPackage { Id = "", Account = "aspen-bank", Offer = "passport-15k", Package = "aspen-passport" });
        At(1, 0, 0,
            new BuyPackage { Id = "", Account = "birch-travel", Offer = "passport-ap-8k", Package = "birch-passport", AutoRenew = true,
            DaysBefore = 3 });
        At(1, 0, 0,
            new BuyPackage { Id = "", Account = "cedar-clinic", Offer = "invoice-10k", Package = "cedar-invoice", AutoRenew = true, DaysBefore = 2 });
        At(1, 0, 0, new BuyPackage { Id = "", Account = "ginkgo-press", Offer = "table-20k", Package = "ginkgo-table" });
        At(1, 0, 0,
            new BuyPackage { Id = "", Account = "iris-pharmacy", Offer = "passport-1k-trial", Package = "iris-trial", Origin = "free",
            By = Support });
        At(3, 9, 20, new BuyPackage { Id = "", Account = "kelp-foods", Offer = "invoice-10k", Package = "kelp-invoice" });
        At(5, 14, 25,
            new BuyPackage { Id = "", Account = "oak-insurance", Offer = "passport-1k-trial", Package = "oak-claims", Project = "claims",
            Origin = "promotion", By = Support });
        At(5, 14, 40, new BuyPackage { Id = "", Account = "oak-insurance", Offer = "passport-15k", Package = "oak-passport" });
        // On pay-per-use until the 13th, then as much again at a lower price.
        At(13, 10, 30, new BuyPackage { Id = "", Account = "hazel-motors", Offer = "invoice-10k", Package = "hazel-invoice" });
    }

    private static void Later(List<(long, BillingCommand)> story)
    {
        void At(int day, int hour, int minute, BillingCommand command) => story.Add((Calendar.At(day, hour, minute), command));

        At(9, 16, 5, new RefundPackage { Id = "", Package = "ginkgo-table" });
        At(15, 11, 40, new BuyPackage { Id = "", Account = "dahlia-freight", Offer = "table-20k", Package = "dahlia-table" });
        At(16, 9, 10, new TopUp { Id = "", Account = "dahlia-freight", Amount = 1_000m });
        At(19, 15, 0, new AdjustBalance { Id = "", Account = "fern-hotels", Amount = 25m, Reason = "outage of the 10th", By = Support });
        At(24, 0, 0, new Unsubscribe { Id = "", Account = "nettle-games", Api = Cast.Table, Region = Cast.South });
    }
}
