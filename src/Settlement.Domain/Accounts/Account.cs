namespace Settlement.Domain.Accounts;

public enum AccountState
{
    Normal,
    Grace,
    Frozen,
    Released,
}

/// <summary>An account as of one version. Every transaction that touches it raises <see cref="Version"/> by one.</summary>
public sealed record Account
{
    public required long AccountNo { get; init; }

    public required string AccountId { get; init; }

    public string? Name { get; init; }

    public string Level { get; init; } = "V0";

    public long OpenedUs { get; init; }

    public long Version { get; init; }

    public long BalanceE8 { get; init; }

    /// <summary>Fees not yet deducted because they are less than a minor unit (5.4).</summary>
    public long RemainderE8 { get; init; }

    public AccountState State { get; init; }

    /// <summary>The due instant of the movement that took the balance below zero (9.2); 0 when not in arrears.</summary>
    public long ArrearsSinceUs { get; init; }

    public bool InArrears => State != AccountState.Normal;

    /// <summary>The threshold of <c>balance-low</c>, if one is set.</summary>
    public long? BalanceBelowE8 { get; init; }

    public bool BalanceLowTold { get; init; }

    public long? LowPackagePercent { get; init; }

    public long EntryCount { get; init; }

    public long NoticeCount { get; init; }
}

/// <summary>A scope of one account: its stable number, its name if a person chose one, and what listeners were last told about it (10).</summary>
public sealed record Scope
{
    public required long ScopeNo { get; init; }

    public required long AccountNo { get; init; }

    public required string Api { get; init; }

    public required string Region { get; init; }

    public string? ResourceName { get; init; }

    public bool OnPackages { get; init; }

    public bool PackageLowTold { get; init; }

    /// <summary>The resource that a bill row names: stable and readable (6.4).</summary>
    public static string ResourceId(string account, string api, string region) => $"{Escape(account)}/{Escape(api)}/{Escape(region)}";

    private static string Escape(string part) =>
        part.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
}
