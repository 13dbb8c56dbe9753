using System.Text.Json;
using Settlement.Domain.Commands;
using Settlement.Storage;
using Settlement.Storage.Parking;

namespace Settlement.Engine.Commands;

/// <summary>What a command names, as it arrived. It need not be well-formed any more.</summary>
internal readonly record struct NamedInCommand(string? Account, string? Package)
{
    public static NamedInCommand Read(string body)
    {
        using var json = JsonDocument.Parse(body);
        return new NamedInCommand(CommandJson.Peek(json.RootElement, "account"), CommandJson.Peek(json.RootElement, "package"));
    }

    /// <summary>
    /// The account a command belongs to: the one it names, or the owner of the package it names, including a package that a parked account has yet to
    /// buy. Only numbers are read, because the rest of a row may be faulty. Null: no known account.
    /// </summary>
    public long? AccountNo(Session session) =>
        Account is { } accountId ? session.One<long?>("usage/find-account", new { AccountId = accountId })
        : Package is { } packageId ? session.One<long?>("parked/owner", new { PackageId = packageId }) ?? ParkedAccounts.BuyerOf(session, packageId)
        : null;
}
