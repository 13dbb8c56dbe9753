using System.CommandLine;

namespace Settlement.Worker.Verbs;

/// <summary>How an account stands.</summary>
internal sealed class AccountVerb : Verb
{
    private readonly Argument<string> _account = new("ACCOUNT") { Description = "the account's id" };

    public AccountVerb()
        : base("account", "Balance, remainder, state, lots and subscriptions of an account: what a gateway that has missed notices asks for.")
    {
        Add(_account);
        Add(OutputOption);
        Does((parsed, context) => Run(context, parsed.GetRequiredValue(_account)));
    }

    private static int Run(VerbContext context, string account) => throw new NotSupportedException("wired by the lead");
}
