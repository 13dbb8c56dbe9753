using System.Collections.Concurrent;
using Settlement.Storage;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Usage;

/// <summary>
/// Numbers of accounts and scopes by their text ids, remembered once committed. The memory is bounded: at the bound it starts over.
/// </summary>
public sealed class ScopeNumbers(IEngine engine, Words words)
{
    private const int Bound = 1_000_000;

    private readonly ConcurrentDictionary<string, long> accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(long AccountNo, string Api, string Region), long> scopes = new();

    /// <summary>The number of an account, or null while it is unknown.</summary>
    public long? AccountNo(Session session, string accountId)
    {
        if (accounts.TryGetValue(accountId, out var known) || session.Numbers.TryGetValue(accountId, out known))
            return known;
        var no = session.One<long?>("usage/find-account", new { AccountId = accountId });
        if (no is { } found)
            Remember(session, accounts, accountId, found);
        return no;
    }

    /// <summary>The number of a scope of a known account; assigned now if it has none.</summary>
    public long ScopeNo(Session session, long accountNo, string api, string region)
    {
        var key = (accountNo, api, region);
        if (scopes.TryGetValue(key, out var known) || session.Numbers.TryGetValue(key, out known))
            return known;
        var args = new
        {
            AccountNo = accountNo,
            ApiNo = words.NumberOf(session, WordKind.Api, api),
            RegionNo = words.NumberOf(session, WordKind.Region, region),
        };
        var no = session.One<long?>("usage/find-scope", args);
        if (no is null)
        {
            no = engine.NewScopeNo(session);
            session.Execute("usage/add-scope", new { ScopeNo = no.Value, args.AccountNo, args.ApiNo, args.RegionNo });
        }

        Remember(session, scopes, key, no.Value);
        return no.Value;
    }

    private static void Remember<TKey>(Session session, ConcurrentDictionary<TKey, long> cache, TKey key, long no)
        where TKey : notnull
    {
        session.Numbers[key] = no;
        session.OnCommit(() =>
        {
            if (cache.Count >= Bound)
                cache.Clear();
            cache[key] = no;
        });
    }
}
