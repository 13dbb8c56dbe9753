using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Engines;
using Settlement.Storage.Notices;

namespace Settlement.Engine.Notices;

/// <summary>What one round did.</summary>
/// <param name="Published">Notices the broker has taken.</param>
/// <param name="Refused">Accounts that had a notice refused.</param>
/// <param name="Failure">Why the connection gave no answer; null if it gave one.</param>
/// <param name="Wait">How long to do nothing: before it goes through all accounts again, or between looks at many that all wait after a
/// refusal.</param>
public readonly record struct RelayRound(int Published, int Refused, Exception? Failure, TimeSpan Wait);

/// <summary>
/// The rounds of the relay: each takes some accounts in turn, publishes what waits for them, each account's notices in order, and marks what the
/// broker has taken. No account waits longer than the others take for one turn, however many notices they have.
/// </summary>
public sealed class Relay(SettlementStore store, TimeProvider clock, PublishNotices publish, RefusedAccounts refused)
{
    private const int NoticesPerRound = 500;
    private const int LooksPerRound = 20;
    private const long BeforeAll = AccountReader.StoreAccountNo - 1;
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Accounts that have more notices waiting than may go out.</summary>
    private readonly HashSet<long> heldBack = [];

    private long lastAccountNo = BeforeAll;
    private bool chosenSinceFirst;

    public async Task<RelayRound> RoundAsync(WorkClaim? claim, CancellationToken cancel)
    {
        if (lastAccountNo == BeforeAll)
            chosenSinceFirst = false;
        var notices = store.Read(Choose);
        chosenSinceFirst |= notices.Count > 0;
        if (notices.Count == 0)
            return new RelayRound(0, 0, null, lastAccountNo != BeforeAll ? BetweenLooks : chosenSinceFirst ? TimeSpan.Zero : Idle);
        var outgoing = notices.ConvertAll(n => new OutgoingNotice(n.NoticeId, n.Name, NoticeBody.Of(n, store.Settings.TimeZone)));
        var outcome = await publish(outgoing, cancel);
        var taken = new List<NoticeLine>();
        var refusals = 0;
        foreach (var account in notices.Zip(outcome.Each).GroupBy(n => n.First.AccountNo))
        {
            // What was taken after a notice that was not taken goes out again: each account's notices are published in order.
            var before = taken.Count;
            taken.AddRange(account.TakeWhile(n => n.Second == Delivery.Taken).Select(n => n.First));
            refusals += Learn(account.Key, account.Skip(taken.Count - before).Select(n => (Delivery?)n.Second).FirstOrDefault());
        }

        if (taken.Count > 0)
            store.Write(session => Outbox.MarkPublished(session, taken), claim);
        return new RelayRound(taken.Count, refusals, outcome.Failure, TimeSpan.Zero);
    }

    /// <returns>1 for an account that was refused.</returns>
    private int Learn(long accountNo, Delivery? notTaken)
    {
        if (notTaken is null)
            refused.WasTaken(accountNo, heldBack.Contains(accountNo));
        else if (notTaken == Delivery.Refused)
            refused.WasRefused(accountNo, clock.GetUtcNow());
        return notTaken == Delivery.Refused ? 1 : 0;
    }

    /// <summary>What may go out for the accounts whose turn it is; an account with more than fits has its next turn after the others.</summary>
    private List<NoticeLine> Choose(Session session)
    {
        var chosen = new List<NoticeLine>();
        var now = clock.GetUtcNow();
        heldBack.Clear();
        for (var look = 0; look < LooksPerRound && chosen.Count == 0; look++)
        {
            var page = Outbox.Next(session, NoticesPerRound, lastAccountNo);
            foreach (var account in page.GroupBy(n => n.AccountNo))
            {
                chosen.AddRange(account.Take(refused.Allowed(account.Key, now)));
                if (refused.Allowed(account.Key, now) < account.Count())
                    heldBack.Add(account.Key);
            }

            lastAccountNo = page.Count < NoticesPerRound ? BeforeAll : page[^1].AccountNo;
            if (lastAccountNo == BeforeAll)
                break;
        }

        return chosen;
    }
}
