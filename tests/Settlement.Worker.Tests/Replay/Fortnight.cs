using System.Globalization;
using System.Text.Json;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;

namespace Settlement.Worker.Tests.Replay;

/// <summary>
/// Two weeks of many small accounts: short packages that renew automatically, are renewed by hand or fail to renew for lack of money; switches turned
/// on and off; balances that go below zero and are cleared while in grace, frozen or released. Drawn from a seed. It is far enough back that
/// everything in it has ended when a test runs.
/// </summary>
internal sealed class Fortnight
{
    public const int Days = 14;
    private const int DaysAgo = 33;
    private const string Region = "north";
    private static readonly BillingZone Zone = new(8);
    private static readonly string[] Apis = ["passport", "table", "web"];
    private static readonly (string Offer, string Api, string Price)[] Offers =
        [("P1D", Apis[0], "1.50"), ("P2D", Apis[1], "2.40"), ("P3D", Apis[2], "3.33"), ("P1W", Apis[0], "6.00")];

    private readonly Random random;
    private readonly List<(long AtUs, string Json)> commands = [];
    private readonly List<UsageCall> calls = [];

    public Fortnight(int accounts, int seed, long nowUs)
    {
        random = new Random(seed);
        StartUs = Zone.MidnightUs(Zone.DateOf(nowUs).AddDays(-DaysAgo));
        for (var i = 0; i < accounts; i++)
            Tell(i, string.Create(CultureInfo.InvariantCulture, $"account-{i:D3}"));
        commands.Sort((a, b) => a.AtUs.CompareTo(b.AtUs));
        calls.Sort((a, b) => (a.TimeUs, a.Account).CompareTo((b.TimeUs, b.Account)));
    }

    public long StartUs { get; }

    /// <summary>The commands that open the accounts that exist before the outage.</summary>
    public List<string> Before { get; } = [];

    /// <summary>By their instant, which is the order in which they are sent.</summary>
    public IReadOnlyList<(long AtUs, string Json)> Commands => commands;

    /// <summary>By their instant, some of them twice.</summary>
    public IReadOnlyList<UsageCall> Calls => calls;

    public static string Catalog() => JsonSerializer.Serialize(new
    {
        currency = "CNY",
        apis = Apis,
        regions = new[] { Region },
        prices = Apis.Select(api => new
        {
            api,
            region = Region,
            from = "2020-01-01T00:00:00+08:00",
            tiers = new object[] { new { upTo = 20, unitPrice = "0.1234567891" }, new { unitPrice = "0.0987654321" } },
        }),
        offers = Offers.Select(o => new { offer = o.Offer, api = o.Api, region = Region, calls = 9, price = o.Price, term = o.Offer }),
    });

    private void Tell(int number, string account)
    {
        if (number % 5 > 0)
            Before.Add(JsonSerializer.Serialize(new { id = "open-" + account, type = "open-account", account }));
        else
            Send(StartUs + random.Next(3600) * Instant.PerSecondUs, new { type = "open-account", account });
        Send(Day(0, 0.05), new { type = "top-up", account, amount = Money(0, 2_500) });
        if (number % 3 == 0)
            Send(Day(0, 0.06), new { type = "set-alert", account, balanceBelow = "2.00", lowPackagePercent = 40 });
        foreach (var api in Apis.Where(_ => random.Next(10) > 0))
            Send(Day(0, 0.1), new { type = "subscribe", account, api, region = Region });
        foreach (var (offer, _, _) in Offers.Where(_ => random.Next(5) < 2))
            Package(account, offer);
        Debts(account);
        foreach (var api in Apis.Where(_ => random.Next(4) == 0))
        {
            Send(Moment(2, 12), new { type = "unsubscribe", account, api, region = Region });
            Send(Moment(4, 13), new { type = "subscribe", account, api, region = Region });
        }

        Use(account);
    }

    /// <summary>All are turned off on the 12th day, so that the last lots have ended before the test runs.</summary>
    private void Package(string account, string offer)
    {
        var package = $"{account}-{offer}";
        var atUs = Moment(0, offer == "P1W" ? 2 : 5);
        Send(atUs, new { type = "buy-package", account, offer, package, autoRenew = random.Next(3) > 0, daysBefore = random.Next(8) });
        if (random.Next(2) == 0)
            Send(Moment(3, 13), new { type = "renew-package", package });
        for (var switches = random.Next(4); switches > 0; switches--)
            Send(Moment(1, 11), random.Next(2) == 0
                ? new { type = "set-auto-renew", package, enabled = random.Next(3) > 0, daysBefore = random.Next(8) }
                : new { type = "set-auto-renew", package, enabled = random.Next(3) > 0 });
        Send(Day(12, 0.02), new { type = "set-auto-renew", package, enabled = false });
    }

    /// <summary>
    /// Most accounts go below zero because of a correction or their calls. Money comes in grace, when frozen or after the release; to all on the 11th
    /// day.
    /// </summary>
    private void Debts(string account)
    {
        for (var debts = random.Next(3); debts > 0; debts--)
            Send(Moment(1, 9), new { type = "adjust-balance", account, amount = "-" + Money(500, 1_500), reason = "wrong credit", by = "test" });
        for (var payments = random.Next(4); payments > 0; payments--)
            Send(Moment(2, 11), new { type = "top-up", account, amount = Money(100, 2_000) });
        Send(Day(11, 0.3), new { type = "top-up", account, amount = "1000.00" });
    }

    private void Use(string account)
    {
        for (var number = 0; number < 30; number++)
        {
            var project = random.Next(4) == 0 ? "x" : null;
            var call = new UsageCall("gateway", $"{account}-{number}", random.Next(200) == 0 ? "nobody" : account,
                Apis[random.Next(Apis.Length)], Region,
                Moment(0.15, Days), random.Next(20) == 0 ? 500 : 200, 1 + random.Next(6), project);
            calls.Add(call);
            if (random.Next(30) == 0)
                calls.Add(call);
        }
    }

    private void Send(long atUs, object command)
    {
        var fields = JsonSerializer.SerializeToNode(command)!.AsObject();
        fields["id"] ??= string.Create(CultureInfo.InvariantCulture, $"command-{commands.Count}");
        fields["at"] = Instant.Show(atUs, Zone.OffsetHours);
        commands.Add((atUs, fields.ToJsonString()));
    }

    /// <summary>Anywhere between two days; often at instants at which other things fall due: 03:00:00 and full hours.</summary>
    private long Moment(double fromDay, double toDay)
    {
        var us = StartUs + (long)((fromDay + (random.NextDouble() * (toDay - fromDay))) * Instant.PerDayUs);
        var dayUs = StartUs + ((us - StartUs) / Instant.PerDayUs * Instant.PerDayUs) + (3 * Instant.PerHourUs);
        return random.Next(10) switch
        {
            0 => BillingHour.FirstOnTheHourUs(us),
            1 when dayUs >= StartUs + (fromDay * Instant.PerDayUs) => dayUs,
            _ => us,
        };
    }

    private long Day(int day, double part) =>
        StartUs + (day * Instant.PerDayUs) + (long)(part * Instant.PerDayUs) + (random.Next(3600) * Instant.PerSecondUs);

    private string Money(int fromCents, int toCents) => (random.Next(fromCents, toCents) / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
