using Settlement.Domain.Packages;

namespace Settlement.Domain.Commands;

public static class CommandType
{
    public const string OpenAccount = "open-account";
    public const string TopUp = "top-up";
    public const string AdjustBalance = "adjust-balance";
    public const string Subscribe = "subscribe";
    public const string Unsubscribe = "unsubscribe";
    public const string BuyPackage = "buy-package";
    public const string RenewPackage = "renew-package";
    public const string SetAutoRenew = "set-auto-renew";
    public const string RefundPackage = "refund-package";
    public const string SetAlert = "set-alert";
    public const string RunJob = "run-job";
    public const string Hold = "hold";
    public const string Resume = "resume";

    public static readonly IReadOnlyList<string> All =
        [OpenAccount, TopUp, AdjustBalance, Subscribe, Unsubscribe, BuyPackage, RenewPackage, SetAutoRenew, RefundPackage, SetAlert, RunJob,
            Hold, Resume];

    /// <summary>Commands that apply on arrival when their own instant lies in a closed hour (INTERFACE 2).</summary>
    public static bool AppliesOnArrival(string type) => type is OpenAccount or TopUp or AdjustBalance or SetAlert or SetAutoRenew;

    /// <summary>Commands that can't make anything new fall due.</summary>
    public static bool MakesNothingDue(string type) => type is OpenAccount or TopUp or Subscribe or Unsubscribe or SetAlert or RefundPackage;

    /// <summary>Commands that may be the first mention of an API and region for an account.</summary>
    public static bool MayMakeScope(string type) => type is Subscribe or BuyPackage;

    /// <summary>Commands about the store, not about one account.</summary>
    public static bool IsForStore(string type) => type is RunJob or Hold or Resume;
}

/// <summary>A well-formed command (INTERFACE 2). Fields that its type does not have are null.</summary>
public sealed record Command
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    /// <summary>The instant it takes effect; null: on arrival.</summary>
    public long? AtUs { get; init; }

    public string? By { get; init; }

    public string? Reason { get; init; }

    public string? Account { get; init; }

    public string? Level { get; init; }

    public string? Name { get; init; }

    public long AmountE8 { get; init; }

    public string? Api { get; init; }

    public string? Region { get; init; }

    public string? ResourceName { get; init; }

    public string? Offer { get; init; }

    public string? Package { get; init; }

    public bool? AutoRenew { get; init; }

    public long? DaysBefore { get; init; }

    public LotOrigin Origin { get; init; } = LotOrigin.Bought;

    public string? Project { get; init; }

    public long? StartsAtUs { get; init; }

    public bool Enabled { get; init; }

    /// <summary>Whether the field was given. If it was, null removes the alert.</summary>
    public bool GivesBalanceBelow { get; init; }

    public long? BalanceBelowE8 { get; init; }

    public bool GivesLowPackagePercent { get; init; }

    public long? LowPackagePercent { get; init; }

    public string? Job { get; init; }
}

/// <summary>A command as read: well-formed, or malformed with the faulty field, the cause and whatever could be read.</summary>
public sealed record ReadCommand(Command? Command, string? Id, string? Type, string? Account, long? AtUs, string? Field, string? Cause);
