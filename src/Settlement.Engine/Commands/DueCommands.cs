using Settlement.Domain.Commands;
using Settlement.Storage;

namespace Settlement.Engine.Commands;

/// <summary>
/// The commands that take effect up to an instant. They are split into those that concern one account each, which are done in that account's own
/// order within a span, and the first that concerns all accounts: a command about the store, one whose account can't be known beforehand, or a second
/// purchase of the same package id. Time passes for all accounts up to that command first.
/// </summary>
public sealed class DueCommands
{
    /// <summary>Commands per span. They are all in memory together, some hundred bytes to a kilobyte each.</summary>
    private const int Most = 10_000;

    private DueCommands(List<AccountCommand> ofAccounts, long? forAllUs) => (OfAccounts, ForAllUs) = (ofAccounts, forAllUs);

    /// <summary>Ordered by their own time and then by arrival; all before <see cref="ForAllUs"/>.</summary>
    public IReadOnlyList<AccountCommand> OfAccounts { get; }

    /// <summary>
    /// The instant of the first command that concerns all accounts. All commands of that instant are applied one after the other. Null: there is
    /// none.
    /// </summary>
    public long? ForAllUs { get; }

    public static DueCommands Read(Session session, long untilUs)
    {
        var waiting = CommandInbox.Waiting(session, untilUs, Most);
        var (accounts, bought, found) = (
            new Dictionary<string, long?>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), new List<AccountCommand>());
        long? forAllUs = waiting.Count == Most ? waiting[^1].AtUs : null;
        foreach (var command in waiting.TakeWhile(c => forAllUs is null || c.AtUs < forAllUs))
        {
            if (AccountOf(session, command, accounts, bought) is { } accountNo)
                found.Add(new AccountCommand(accountNo, command));
            else
                forAllUs = command.AtUs;
        }

        return new DueCommands(found.FindAll(c => forAllUs is null || c.Command.AtUs < forAllUs), forAllUs);
    }

    private static long? AccountOf(Session session, WaitingCommand command, Dictionary<string, long?> accounts, HashSet<string> bought)
    {
        if (CommandType.IsForStore(command.Type))
            return null;
        var named = NamedInCommand.Read(command.Body);
        if (command.Type == CommandType.BuyPackage && named.Package is { } package && !bought.Add(package))
            return null;
        if (named.Account is not { } accountId)
            return named.AccountNo(session);
        if (!accounts.TryGetValue(accountId, out var no))
            accounts[accountId] = no = named.AccountNo(session);
        return no;
    }
}

/// <summary>A command and the account it belongs to.</summary>
public readonly record struct AccountCommand(long AccountNo, WaitingCommand Command);
