using System.Security.Cryptography;
using System.Text;

namespace Settlement.Domain.Notices;

/// <summary>The names in RULES 10; on the wire <c>settlement.&lt;name&gt;</c>.</summary>
public static class NoticeName
{
    public const string HourSettled = "hour-settled";
    public const string PackagePurchased = "package-purchased";
    public const string PackageExpiring = "package-expiring";
    public const string PackageLow = "package-low";
    public const string PackageUsedUp = "package-used-up";
    public const string PackageExpired = "package-expired";
    public const string PackageRenewed = "package-renewed";
    public const string RenewalFailed = "renewal-failed";
    public const string BillingModeChanged = "billing-mode-changed";
    public const string BalanceLow = "balance-low";
    public const string ArrearsStarted = "arrears-started";
    public const string ScopeFrozen = "scope-frozen";
    public const string ScopeReleased = "scope-released";
    public const string ArrearsCleared = "arrears-cleared";
    public const string AccountParked = "account-parked";
    public const string AccountResumed = "account-resumed";
    public const string UsageQuarantined = "usage-quarantined";
    public const string CommandApplied = "command-applied";
    public const string CommandRefused = "command-refused";
}

/// <summary>A notice to listeners. Its id is derived from its cause, so if the cause is repeated, the notice has the same id.</summary>
/// <param name="AtUs">The instant that the notice is about: the due instant of its cause.</param>
/// <param name="Data">The content: text, whole numbers, booleans; amounts as decimal text.</param>
public sealed record Notice(string Name, string Id, long AtUs, string? PackageId, IReadOnlyDictionary<string, object?> Data)
{
    /// <param name="cause">What makes this notice unique among those of its name.</param>
    public static Notice Of(string name, string cause, long atUs, string? packageId, params ReadOnlySpan<(string Key, object? Value)> data)
    {
        var fields = new Dictionary<string, object?>(data.Length + 1, StringComparer.Ordinal);
        if (packageId is not null)
            fields["package"] = packageId;
        foreach (var (key, value) in data)
            fields[key] = value;
        return new Notice(name, IdOf(name, cause), atUs, packageId, fields);
    }

    /// <summary>128 bits of SHA-256 over the name and the cause, in hexadecimal.</summary>
    public static string IdOf(string name, string cause) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{cause}")).AsSpan(0, 16));
}
