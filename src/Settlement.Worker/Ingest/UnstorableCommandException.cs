using Settlement.Engine.Commands;
using Settlement.Worker.Output;

namespace Settlement.Worker.Ingest;

/// <summary>
/// A message with commands that can't be stored because of a fault of their own. The message goes to the error queue untouched, with
/// <see cref="Exception.Message"/> in its headers. Its other commands are stored; if they are sent again, they are recognised by their ids.
/// </summary>
public sealed class UnstorableCommandException : Exception
{
    private const int Named = 5;

    public UnstorableCommandException()
    {
    }

    public UnstorableCommandException(string reason)
        : base(PlainText.Line(reason))
    {
    }

    public UnstorableCommandException(string reason, Exception cause)
        : base(PlainText.Line(reason), cause)
    {
    }

    /// <summary>The reason as a log may have it: an error's text may repeat what was to be stored.</summary>
    public string ForLog { get => field ?? Message; private init; }

    /// <summary>Without an inner exception, as with an unreadable body. Headers are short, so only the first few commands are named.</summary>
    internal static UnstorableCommandException Of(IReadOnlyList<UnstoredCommand> unstored)
    {
        return new UnstorableCommandException(
            Of(unstored, c => c.Error.Message)) { ForLog = PlainText.Line(Of(unstored, c => c.Error.GetType().Name)) };
    }

    private static string Of(IReadOnlyList<UnstoredCommand> unstored, Func<UnstoredCommand, string> cause)
    {
        var named = string.Join(" ", unstored.Take(Named).Select(c => $"Command '{c.Id}' can't be stored: {cause(c)}"));
        return unstored.Count > Named ? $"{named} {unstored.Count - Named} more can't be stored." : named;
    }
}
