using Settlement.Domain.Notices;
using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Engines;
using Settlement.Storage.Plans;
using Settlement.Storage.Quarantine;

namespace Settlement.Engine.Usage;

/// <summary>
/// What one batch puts into quarantine on arrival, with its value at the price of the tier next to be charged, and the notices about it: one per
/// account and reason.
/// </summary>
internal sealed class ArrivalHolds(SettlementStore store, Session session)
{
    private readonly List<Held> held = [];

    public int Count => held.Count;

    /// <summary>False if the same content was kept before.</summary>
    public bool Malformed(Terms terms, MalformedCall bad, long arrivedUs)
    {
        if (!Once(bad.RawHash))
            return false;
        var accountNo = bad.Account is null ? 0 : AccountNo(bad.Account);
        // A count that no event may have is not a number of calls: a sum of such counts could exceed every number type.
        var count = bad.Count is { } given && CallFields.CountFault(given) is null ? bad.Count : null;
        var price = bad.Status is { } status && count is not null
            ? UnitPrice(terms, accountNo, bad.Api, bad.Region, bad.TimeUs, status) : null;
        Add(new Held(
            HoldReason.Malformed, accountNo, bad.Source, bad.Id, bad.Account, bad.Api, bad.Region, bad.Project, bad.TimeUs, bad.Status,
                count ?? 0, price, arrivedUs, Cut($"{bad.Field}: {bad.Cause}\n{bad.Raw}"), bad.RawHash));
        return true;
    }

    /// <summary>False if this content was kept before.</summary>
    public bool Conflict(Terms terms, UsageCall call, NewIdentity claim, long arrivedUs)
    {
        var hash = CallHash.Both(claim.IdHash, claim.ContentHash);
        if (!Once(hash))
            return false;
        // The event that stands must not leave while this one is being held (7.4). If it has left meanwhile, this one is judged anew.
        if (session.Execute("usage/touch-identity", new { claim.IdHash }) != 1)
            throw new LateWriterException("The event that stood has left meanwhile.");
        Hold(terms, HoldReason.Conflict, call, claim.AccountNo, arrivedUs, hash);
        return true;
    }

    /// <param name="hash">A hash that no other held event has. For a call that takes its identity, it is the identity's hash.</param>
    public void Hold(Terms terms, string reason, UsageCall call, long accountNo, long arrivedUs, byte[] hash) => Add(new Held(
        reason, accountNo, call.Source, call.Id, call.Account, call.Api, call.Region, call.Project, call.TimeUs, call.Status, call.Count,
            UnitPrice(terms, accountNo, call.Api, call.Region, call.TimeUs, call.Status), arrivedUs, null, hash));

    /// <summary>Writes the notices, at the instant of the first event that each is about.</summary>
    public void Tell(Terms terms)
    {
        var accounts = held.GroupBy(h => h.AccountNo).OrderBy(a => a.Key == AccountReader.StoreAccountNo).ThenBy(a => a.Key).ToList();
        // All workers tell the store about unknown accounts. The second worker waits here for the first one's commit, instead of finding the version
        // changed and having to redo its whole batch. Every worker takes the accounts in the same order, with the store's account last and for the
        // shortest time.
        session.ExecuteEach("account/take", accounts.Select(a => new { AccountNo = a.Key }));
        foreach (var account in accounts)
        {
            var loaded = AccountReader.Get(session, account.Key);
            var plan = new Plan(loaded, terms, new StepTime(account.First().ArrivedUs, account.First().ArrivedUs));
            foreach (var reason in account.GroupBy(h => (h.Reason, h.Account)))
            {
                var first = reason.First();
                plan.Tell(Notice.Of(
                    NoticeName.UsageQuarantined,
                    CauseOf(first),
                    first.ArrivedUs,
                    null,
                    ("reason", first.Reason),
                    ("account", first.Account),
                    ("source", first.Source),
                    ("id", first.EventId),
                    ("events", (long)reason.Count()),
                    ("calls", reason.Sum(h => h.Calls))));
            }

            new PlanWriter(store).Write(session, [plan]);
        }
    }

    private void Add(Held entry)
    {
        held.Add(entry);
        session.Execute("quarantine/hold-arrived", new
        {
            entry.Reason, entry.AccountNo, entry.Source, entry.EventId, entry.Account, entry.Api, entry.Region, entry.Project, entry.TimeUs,
            entry.Status,
            entry.Calls, entry.UnitPriceE10, entry.ArrivedUs, HeldUs = entry.ArrivedUs, entry.Detail,
        });
    }

    private bool Once(byte[] hash) => session.Execute("quarantine/hold-once", new { HoldHash = hash }) == 1;

    private long AccountNo(string account) => session.One<long?>("usage/find-account", new { AccountId = account }).GetValueOrDefault();

    /// <summary>0 for a status that is not billable; null if there is no price.</summary>
    private long? UnitPrice(Terms terms, long accountNo, string? api, string? region, long? timeUs, long status)
    {
        if (!UsageCall.IsBillable(status))
            return 0;
        if (api is null || region is null || timeUs is not { } us)
            return null;
        if (terms.Catalog.PriceAt(api, region, BillingHour.LastOnTheHourUs(us)) is not { } price)
            return null;
        var scope = AccountReader.FindScope(session, accountNo, api, region);
        var month = terms.Settings.TimeZone.MonthOf(us);
        var calls = scope is null ? 0 : session.One<long?>("usage/month-calls", new { scope.ScopeNo, Month = month }).GetValueOrDefault();
        return Tiers.NextPriceE10(price.Tiers, calls);
    }

    /// <summary>
    /// The hash covers everything that is held. What is shown may be cut, so two entries that differ only after the cut would otherwise have the same
    /// cause.
    /// </summary>
    private static string CauseOf(Held held) => $"{held.Reason} {Convert.ToHexStringLower(held.Hash)}";

    private static string Cut(string detail) => detail.Length <= QuarantineEntries.MaxDetail ? detail : detail[..QuarantineEntries.MaxDetail];

    private sealed record Held(
        string Reason, long AccountNo, string? Source, string? EventId, string? Account, string? Api, string? Region, string? Project, long? TimeUs,
        long? Status, long Calls, long? UnitPriceE10, long ArrivedUs, string? Detail, byte[] Hash);
}
