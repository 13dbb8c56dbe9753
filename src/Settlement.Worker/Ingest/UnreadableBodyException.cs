using System.Globalization;
using System.Text.Json;
using Settlement.Worker.Output;

namespace Settlement.Worker.Ingest;

/// <summary>
/// A body that is not JSON of a known shape. The message goes to the error queue untouched, with <see cref="Exception.Message"/> in its headers. This
/// refuses the whole message, unlike a bad field of one event, which is a value.
/// </summary>
public sealed class UnreadableBodyException : Exception
{
    public UnreadableBodyException()
    {
    }

    public UnreadableBodyException(string reason)
        : base(PlainText.Line(reason))
    {
    }

    public UnreadableBodyException(string reason, Exception cause)
        : base(PlainText.Line(reason), cause)
    {
    }

    /// <summary>The reason as a log may have it: without anything of the body, which may be a customer's.</summary>
    public string ForLog { get => field ?? Message; private init; }

    /// <summary>A body larger than the setting allows, whatever it contains.</summary>
    internal static UnreadableBodyException TooLarge(long bytes, int most) => new(TooLargeReason(bytes, most));

    internal static string TooLargeReason(long bytes, int most) =>
        string.Create(CultureInfo.InvariantCulture, $"The body has {bytes:N0} bytes, more than RabbitMq:MaxBodyBytes allows ({most:N0}).");

    /// <summary>Without an inner exception: the headers of the error queue would show the innermost message instead of ours.</summary>
    public static UnreadableBodyException NoJson(JsonException e) => new("The body is not JSON: " + e.Message)
    {
        ForLog = string.Create(
            CultureInfo.InvariantCulture, $"The body is not JSON, from byte {e.BytePositionInLine} of line {e.LineNumber + 1} on."),
    };
}
