using Settlement.Domain.Accounts;
using Settlement.Domain.Packages;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;

namespace Settlement.Domain.Commands;

/// <summary>Everything that a command's decision may use. What does not exist is null.</summary>
/// <param name="Time">Due: the instant the command takes effect. Now: the transaction time.</param>
/// <param name="Scope">The scope that is subscribed or unsubscribed, or that of the offer bought, or that of the package.</param>
/// <param name="Package">The package that the command names.</param>
/// <param name="LastLot">The last lot of the package.</param>
/// <param name="Attempted">Whether an attempt to renew it was already made at the due instant.</param>
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

/// <summary>Numbers that are not yet taken by any account, scope or package.</summary>
public readonly record struct FreeNumbers(long AccountNo, long ScopeNo, long PackageNo);

/// <summary>The answer to a command: a plan, or a refusal with its code and a detail for people.</summary>
public sealed record CommandAnswer(Plan? Plan, string? Refusal, string? Detail)
{
    public static CommandAnswer Applied(Plan plan) => new(plan, null, null);

    public static CommandAnswer Refused(string code, string? detail = null) => new(null, code, detail);
}
