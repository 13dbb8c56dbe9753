using System.Text.Json;
using Settlement.Storage;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Commands;

/// <summary>A command that the database refuses to store, whatever is tried.</summary>
/// <param name="Id">The id under which it would be known.</param>
public sealed record UnstoredCommand(string Id, Exception Error);

/// <summary>
/// Stores arriving commands so that one command never holds up the others. If a message fails because of its content, its commands are stored one by
/// one; the faulty ones are reported and left out. If the database is unreachable, nothing is divided: its error is thrown, and the caller must try
/// the message again.
/// </summary>
public sealed class CommandIntake(SettlementStore store, CommandInbox commands)
{
    private const int AtOnce = 1_000;

    /// <summary>
    /// Stores them in one transaction, or in several if there are many. If a command is at fault, each command gets its own transaction, in order.
    /// </summary>
    /// <returns>The commands that were not stored. All others are stored when this returns, and a repeat does not store them again.</returns>
    public IReadOnlyList<UnstoredCommand> Store(IReadOnlyList<string> bodies, long nowUs) =>
        bodies.Count <= AtOnce ? StoreAtOnce(bodies, nowUs) : [.. bodies.Chunk(AtOnce).SelectMany(part => StoreAtOnce(part, nowUs))];

    private IReadOnlyList<UnstoredCommand> StoreAtOnce(IReadOnlyList<string> bodies, long nowUs)
    {
        try
        {
            commands.Receive(bodies, nowUs);
            return [];
        }
        catch (Exception error) when (ContentFault.MayBe(error))
        {
            ContentFault.AssertWorks(store);
            return [.. bodies.Select(body => StoreAlone(body, nowUs)).OfType<UnstoredCommand>()];
        }
    }

    /// <summary>
    /// A command is at fault only if it fails twice with the same error while the database works. Any other error is not the command's fault.
    /// </summary>
    private UnstoredCommand? StoreAlone(string body, long nowUs)
    {
        try
        {
            commands.Receive([body], nowUs);
            return null;
        }
        catch (Exception error) when (ContentFault.MayBe(error))
        {
            return StoreAgain(body, nowUs, error);
        }
    }

    private UnstoredCommand? StoreAgain(string body, long nowUs, Exception error)
    {
        try
        {
            commands.Receive([body], nowUs);
            return null;
        }
        catch (Exception again) when (ContentFault.MayBe(again) && again.GetType() == error.GetType() && again.Message == error.Message)
        {
            ContentFault.AssertWorks(store);
            return new UnstoredCommand(IdOf(body), error);
        }
    }

    /// <summary>Whatever is wrong with the command must not prevent it from being named.</summary>
    private static string IdOf(string body)
    {
        try
        {
            return CommandInbox.IdOf(body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return "without an id";
        }
    }
}
