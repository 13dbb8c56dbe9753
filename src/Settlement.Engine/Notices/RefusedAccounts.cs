namespace Settlement.Engine.Notices;

/// <summary>
/// Accounts with a notice that the broker refused because a listener's queue is full. Each account waits, twice as long after every refusal, up to a
/// limit. Then only its first notice goes out, and twice as many each time all of them were taken; after that, its waits start over. Other accounts
/// go on. Kept in memory, about 50 bytes for each account with notices waiting: a new worker finds out again.
/// </summary>
/// <param name="random">From 0 to just below 1: waits vary by it, so that the accounts do not all try at once.</param>
public sealed class RefusedAccounts(Func<double> random)
{
    /// <summary>The longest wait after the first refusal; the shortest is half of it.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(2);

    /// <summary>No wait is longer than this while fewer than 3,000 accounts wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A wait lasts this long for every account that waits, so that healthy listeners get at most 100 repeats a second, however many accounts wait.
    /// </summary>
    public static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Each time an account's notices are taken, all waits end this much earlier: once the listener is back, no account waits for the turn of a
    /// hundred thousand others.
    /// </summary>
    public static readonly TimeSpan Earlier = TimeSpan.FromSeconds(1);

    /// <summary>When this many notices of an account were taken at once, it is like any other account again.</summary>
    private const int Recovered = 256;

    private readonly Dictionary<long, Refused> accounts = [];
    private TimeSpan lead;

    public int Count => accounts.Count;

    /// <summary>How many notices of an account may go out now, in their order.</summary>
    public int Allowed(long accountNo, DateTimeOffset now) =>
        !accounts.TryGetValue(accountNo, out var refused) ? int.MaxValue : now + lead < refused.Until ? 0 : refused.AtOnce;

    public void WasRefused(long accountNo, DateTimeOffset now)
    {
        var times = accounts.TryGetValue(accountNo, out var before) ? before.Times + 1 : 1;
        var own = Math.Min(Longest.Ticks, First.Ticks << Math.Min(times - 1, 10));
        var limit = TimeSpan.FromTicks(Math.Max(own, Apart.Ticks * accounts.Count));
        accounts[accountNo] = new Refused(times, 1, now + limit * (0.5 + random() / 2));
        lead = TimeSpan.Zero;
    }

    /// <summary>All notices of an account that went out have been taken.</summary>
    /// <param name="more">Whether more of its notices are waiting, so that the account is remembered.</param>
    public void WasTaken(long accountNo, bool more)
    {
        if (!accounts.TryGetValue(accountNo, out var refused))
            return;
        if (!more || refused.AtOnce >= Recovered)
            accounts.Remove(accountNo);
        else
            accounts[accountNo] = new Refused(0, refused.AtOnce * 2, DateTimeOffset.MinValue);
        lead = accounts.Count == 0 ? TimeSpan.Zero : lead + Earlier;
    }

    private readonly record struct Refused(int Times, int AtOnce, DateTimeOffset Until);
}
