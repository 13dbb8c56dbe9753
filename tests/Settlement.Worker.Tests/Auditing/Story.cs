using System.Globalization;
using System.Text.Json;

namespace Settlement.Worker.Tests.Auditing;

/// <summary>
/// A gateway for the trace: prices with tiers and many decimals, and for each account what it pays in, buys and subscribes to before the first call.
/// Some accounts have no money, some have a package that is too small, and some did not subscribe to everything they use.
/// </summary>
internal sealed class Story(string packageTerm)
{
    public const string Region = NasaDay.Region;
    public const int PackageCalls = 7;
    public const decimal PackagePrice = 3m;
    private const int CommandsPerMessage = 200;

    private readonly SortedDictionary<string, SortedSet<string>> scopes = NasaDay.Scopes();

    public IEnumerable<string> Accounts => scopes.Keys;

    public List<string> Apis { get; } = [.. NasaDay.Scopes().Values.SelectMany(a => a).Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal)];

    /// <summary>Tiers of an API; the last has no end.</summary>
    public IReadOnlyList<(long? UpTo, decimal UnitPrice)> Tiers(string api)
    {
        var price = 0.0123456789m + (0.0011111111m * Apis.IndexOf(api));
        return api.Length % 2 == 0 ? [(2, 0m), (9, price), (null, decimal.Round(price / 2, 10))] : [(null, price)];
    }

    public static decimal PaidIn(string account) => Number(account) % 3 == 0 ? 0 : 10.07m;

    /// <summary>The API for which the account has bought a package, if it has.</summary>
    public string? Package(string account) => PaidIn(account) > 0 && Number(account) % 5 < 2 ? scopes[account].Last() : null;

    public bool Subscribes(string account, string api) => api == Package(account) || Number(account) % 11 != 0 || api != scopes[account].First();

    public string Catalog()
    {
        string Text(decimal price) => price.ToString("0.##########", CultureInfo.InvariantCulture);
        return JsonSerializer.Serialize(new
        {
            currency = "CNY",
            apis = Apis,
            regions = new[] { Region },
            prices = Apis.Select(api => new
            {
                api,
                region = Region,
                from = "1995-01-01T00:00:00+08:00",
                tiers = Tiers(api).Select(t => t.UpTo is { } upTo
                    ? (object)new { upTo, unitPrice = Text(t.UnitPrice) } : new { unitPrice = Text(t.UnitPrice) }),
            }),
            offers = Apis.Select(api =>
                new { offer = "small-" + api, api, region = Region, calls = PackageCalls, price = Text(PackagePrice), term = packageTerm }),
        });
    }

    /// <summary>Bodies for billing-commands: arrays, with an account's commands together and in order.</summary>
    public IEnumerable<string> CommandBodies()
    {
        var body = new List<object>();
        foreach (var account in Accounts)
        {
            body.AddRange(Commands(account));
            if (body.Count < CommandsPerMessage)
                continue;
            yield return JsonSerializer.Serialize(body);
            body.Clear();
        }

        yield return JsonSerializer.Serialize(body);
    }

    public int CommandCount => Accounts.Sum(a => Commands(a).Count());

    private IEnumerable<object> Commands(string account)
    {
        const string At = "1995-07-09T03:00:0";
        yield return new { id = "open-" + account, type = "open-account", at = At + "0Z", account };
        if (PaidIn(account) is > 0 and var amount)
            yield return new { id = "pay-" + account, type = "top-up", at = At + "1Z", account,
                amount = amount.ToString(CultureInfo.InvariantCulture) };
        if (Package(account) is { } packaged)
            yield return new { id = "buy-" + account, type = "buy-package", at = At + "2Z", account, offer = "small-" + packaged, package = "p-"
                + account };
        foreach (var api in scopes[account].Where(a => Subscribes(account, a) && a != Package(account)))
            yield return new { id = $"subscribe-{account}-{api}", type = "subscribe", at = At + "3Z", account, api, region = Region };
    }

    private static int Number(string account) => int.Parse(account.AsSpan(account.LastIndexOf('-') + 1), CultureInfo.InvariantCulture);
}
