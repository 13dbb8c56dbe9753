namespace Settlement.Storage.Retention;

/// <summary>Numbers in (BeforeNo, ThroughNo] whose bodies are past their time: an account's notices by sequence, or commands.</summary>
public readonly record struct OldBodies(long AccountNo, long BeforeNo, long ThroughNo)
{
    /// <summary>What a body is once it has left. No body that was ever stored is empty.</summary>
    public const string Left = "";

    private const string Notice = "notice";
    private const string Command = "command";

    /// <summary>
    /// What may leave of the notices of some accounts: published ones from before an instant, up to the first that is not.
    /// </summary>
    /// <param name="afterAccountNo">The last account looked at; the next ones are looked at now.</param>
    /// <param name="accounts">How many accounts are looked at.</param>
    /// <param name="most">The largest number of notices of an account.</param>
    /// <returns>The last account looked at, null after the last one; and what may leave.</returns>
    public static (long? Through, List<OldBodies> Old) OfNotices(Session session, long afterAccountNo, int accounts, long most, long beforeUs)
    {
        var page = session.Rows<AccountRow>("retention/accounts", new { AfterAccountNo = afterAccountNo, Most = (long)accounts });
        var old = new List<OldBodies>();
        foreach (var account in page.Where(a => a.LastNo > a.ThroughNo))
        {
            var upTo = Math.Min(account.ThroughNo + most, account.LastNo);
            var kept = session.One<long?>("retention/first-kept-notice",
                new { account.AccountNo, AfterNo = account.ThroughNo, UpToNo = upTo, BeforeUs = beforeUs });
            if ((kept - 1 ?? upTo) is var through && through > account.ThroughNo)
                old.Add(new OldBodies(account.AccountNo, account.ThroughNo, through));
        }

        return (page.Count < accounts ? null : page[^1].AccountNo, old);
    }

    /// <summary>What may leave of the commands: those that arrived before an instant. Null: nothing.</summary>
    public static OldBodies? OfCommands(Session session, long most, long beforeUs)
    {
        var before = session.One<long?>("retention/bodies-through", new { What = Command, AccountNo = 0L }).GetValueOrDefault();
        var upTo = Math.Min(before + most, session.One<long?>("retention/last-command").GetValueOrDefault());
        if (upTo <= before)
            return null;
        var kept = session.One<long?>("retention/first-kept-command", new { AfterNo = before, UpToNo = upTo, BeforeUs = beforeUs });
        var through = kept - 1 ?? upTo;
        return through > before ? new OldBodies(0, before, through) : null;
    }

    /// <summary>Empties them. A command that still waits keeps its body, whatever its age.</summary>
    /// <returns>How many had a body.</returns>
    public long LeaveAsNotices(Session session) => Leave(session, Notice, "retention/empty-notices");

    /// <inheritdoc cref="LeaveAsNotices"/>
    public long LeaveAsCommands(Session session) => Leave(session, Command, "retention/empty-commands");

    private long Leave(Session session, string what, string statement)
    {
        var through = new { What = what, AccountNo, BeforeNo, ThroughNo };
        if (session.Execute("retention/set-bodies-through", through) + session.Execute("retention/begin-bodies-through", through) != 1)
            throw new LateWriterException($"The bodies of {what} {BeforeNo} have left already.");
        return session.Execute(statement, through);
    }

    private sealed class AccountRow
    {
        public long AccountNo { get; init; }

        public long LastNo { get; init; }

        public long ThroughNo { get; init; }
    }
}
