using Settlement.Domain.Accounts;

namespace Settlement.Domain.Lifecycle;

/// <summary>
/// The legal states of accounts and lots and the only moves between them. Any other move throws, which leaves the account as it was.
/// </summary>
public static class States
{
    /// <summary>
    /// Accounts (9): down one step at a time as days pass, and back to normal from any state when money arrives. With 0 days of grace, the account
    /// passes through grace within one instant.
    /// </summary>
    private static readonly (AccountState From, AccountState To)[] AccountMoves =
    [
        (AccountState.Normal, AccountState.Grace),
        (AccountState.Grace, AccountState.Frozen),
        (AccountState.Frozen, AccountState.Released),
        (AccountState.Grace, AccountState.Normal),
        (AccountState.Frozen, AccountState.Normal),
        (AccountState.Released, AccountState.Normal),
    ];

    /// <summary>The account in its next state: in arrears since the given instant, or 0 when it is normal.</summary>
    public static Account Move(Account account, AccountState to, long arrearsSinceUs)
    {
        if (!AccountMoves.Contains((account.State, to)))
            throw new InvalidOperationException($"Account {account.AccountId} can't go from {account.State} to {to}.");
        if ((to == AccountState.Normal) != (arrearsSinceUs == 0) || (to == AccountState.Normal) != (account.BalanceE8 >= 0))
            throw new InvalidOperationException($"Account {account.AccountId} can't be {to} with a balance of {account.BalanceE8} (1e-8) and arrears since {arrearsSinceUs}.");
        return account with { State = to, ArrearsSinceUs = arrearsSinceUs };
    }

    /// <summary>
    /// Lots (INTERFACE 5), the first state that applies: a lot is pending, then live (and possibly used up), then expired. Only time moves it, and
    /// draws, which only take calls: see <see cref="Plans.LotLeft"/>.
    /// </summary>
    public static string OfLot(long startUs, long endUs, long left, long nowUs) =>
        nowUs < startUs ? "pending" : nowUs >= endUs ? "expired" : left == 0 ? "used-up" : "live";
}
