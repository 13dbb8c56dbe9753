using System.Text.Json;
using Settlement.Storage;
using Settlement.Storage.Engines;

namespace Settlement.Engine.Commands;

/// <summary>A command that the database refuses to keep, whatever is tried.</summary>
/// <param name="Id">Under which it would be known.</param>
public sealed record UnstoredCommand(string Id, Exception Error);

/// <summary>
/// Stores arriving commands so that one never holds up the others. A message that fails on what is in it is stored command by command; those at fault are named
/// and left out. A database that is away divides nothing: its error is thrown, and the message is for the caller to try again.
/// </summary>
public sealed class CommandIntake(SettlementStore store, CommandStore commands)
{
    private const int AtOnce = 1_000;

    /// <summary>In one transaction, or in several where there are many; where a command is at fault, in one each, in their order.</summary>
    /// <returns>The commands that were not stored. All others are when it returns, and a repeat does not store them again.</returns>
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

    /// <summary>At fault only if it fails twice with the same error while the database does its work; another error is no fault of the command.</summary>
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

    /// <summary>Whatever is wrong with the command must not keep it from being named.</summary>
    private static string IdOf(string body)
    {
        try
        {
            return CommandStore.IdOf(body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return "without an id";
        }
    }
}
