using Settlement.Domain.Accounts;
using Settlement.Domain.Packages;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;

namespace Settlement.Domain.Commands;

/// <summary>What a command's decision may know. What does not exist is null.</summary>
/// <param name="Time">Due: the instant the command takes effect. Now: the transaction time.</param>
/// <param name="Scope">The scope of subscribe and unsubscribe, of the offer bought, or of the package.</param>
/// <param name="Package">The package that the command names.</param>
/// <param name="LastLot">Its last lot.</param>
/// <param name="Attempted">Whether an attempt to renew it was made at the due instant already.</param>
public sealed record CommandInput(
    Command Command,
    Terms Terms,
    StepTime Time,
    Account? Account,
    Scope? Scope,
    IReadOnlyList<Period> Subscriptions,
    Package? Package,
    Lot? LastLot,
    bool Attempted,
    FreeNumbers Free);

/// <summary>Numbers that no account, scope or package has yet.</summary>
public readonly record struct FreeNumbers(long AccountNo, long ScopeNo, long PackageNo);

/// <summary>A command's answer: a plan, or a refusal with its code and, for people, what it is about.</summary>
public sealed record CommandAnswer(Plan? Plan, string? Refusal, string? Detail)
{
    public static CommandAnswer Applied(Plan plan) => new(plan, null, null);

    public static CommandAnswer Refused(string code, string? detail = null) => new(null, code, detail);
}
