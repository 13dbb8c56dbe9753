using System.Globalization;

namespace Settlement.Worker.Tests.Auditing;

/// <summary>
/// The bill of the trace again, as a reader of the rules would work it out on paper: decimals, one account after the other, nothing shared with the
/// program.
/// </summary>
internal sealed class NaiveBill
{
    private const decimal Cent = 0.01m;
    private readonly Story story;

    private NaiveBill(Story story) => this.story = story;

    /// <summary>Usage rows as <see cref="Telling.UsageRows"/> shows them.</summary>
    public List<string> Rows { get; } = [];

    /// <summary>Calls that nobody pays for (5.5), as "account|api|hour|calls".</summary>
    public List<string> Held { get; } = [];

    /// <summary>Account, balance, remainder.</summary>
    public List<string> Balances { get; } = [];

    public static NaiveBill Of(Story story)
    {
        var bill = new NaiveBill(story);
        var truth = NasaDay.CallsByHour().ToLookup(t => t.Key.Account, t => (t.Key.Hour, t.Key.Api, Calls: t.Value), StringComparer.Ordinal);
        foreach (var account in story.Accounts)
            bill.Settle(account, truth[account].OrderBy(t => t.Hour).ThenBy(t => t.Api, StringComparer.Ordinal));
        return bill;
    }

    private void Settle(string account, IEnumerable<(long Hour, string Api, long Calls)> hours)
    {
        var package = story.Package(account);
        var left = package is null ? 0 : (long)Story.PackageCalls;
        var balance = Story.PaidIn(account) - (package is null ? 0 : Story.PackagePrice);
        var remainder = 0m;
        var charged = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (hour, api, calls) in hours)
        {
            var drawn = api == package ? Math.Min(left, calls) : 0;
            left -= drawn;
            if (drawn > 0)
                Rows.Add(Telling.ShowRow(account, "package-usage", api, hour, drawn, 0, 0));
            var rest = calls - drawn;
            if (rest > 0 && !story.Subscribes(account, api))
                Held.Add(string.Create(CultureInfo.InvariantCulture, $"{account}|{api}|{hour}|{rest}"));
            if (rest == 0 || !story.Subscribes(account, api))
                continue;
            var before = charged.GetValueOrDefault(api);
            charged[api] = before + rest;
            var fee = Math.Truncate(Fee(api, before, rest) * 100_000_000m) / 100_000_000m;
            var deducted = Math.Truncate((fee + remainder) / Cent) * Cent;
            remainder = remainder + fee - deducted;
            balance -= deducted;
            Rows.Add(Telling.ShowRow(account, "pay-per-use", api, hour, rest, fee, deducted));
        }

        Balances.Add(string.Create(CultureInfo.InvariantCulture, $"{account}|{balance:0.00000000}|{remainder:0.00000000}"));
    }

    /// <summary>Goes call by call: the n-th call of the month costs what its tier says.</summary>
    private decimal Fee(string api, long before, long calls)
    {
        var fee = 0m;
        for (var nth = before + 1; nth <= before + calls; nth++)
            fee += story.Tiers(api).First(t => t.UpTo is null || nth <= t.UpTo).UnitPrice;
        return fee;
    }
}
