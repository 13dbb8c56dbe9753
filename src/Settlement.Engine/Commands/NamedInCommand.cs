using System.Text.Json;
using Settlement.Domain.Commands;
using Settlement.Storage;
using Settlement.Storage.Parking;

namespace Settlement.Engine.Commands;

/// <summary>What a command names, as it came: it need not be well-formed any more.</summary>
internal readonly record struct NamedInCommand(string? Account, string? Package)
{
    public static NamedInCommand Read(string body)
    {
        using var json = JsonDocument.Parse(body);
        return new NamedInCommand(CommandJson.Peek(json.RootElement, "account"), CommandJson.Peek(json.RootElement, "package"));
    }

    /// <summary>
    /// Whose a command is: of the account it names, or whose package it names, be it one that a parked account is still to buy. Numbers only: the rest of a row may be what
    /// is at fault. Null: nobody's that is known.
    /// </summary>
    public long? AccountNo(Session session) =>
        Account is { } accountId ? session.One<long?>("usage/find-account", new { AccountId = accountId })
        : Package is { } packageId ? session.One<long?>("parked/owner", new { PackageId = packageId }) ?? ParkedAccounts.BuyerOf(session, packageId)
        : null;
}
