using System.Text.Json;

namespace Settlement.Worker.Ingest;

/// <summary>
/// A body that is no JSON of a known shape. The message goes to the error queue untouched, with <see cref="Exception.Message"/> in its
/// headers: a refusal of the whole message, unlike a bad field of one event, which is a value.
/// </summary>
public sealed class UnreadableBodyException : Exception
{
    public UnreadableBodyException()
    {
    }

    public UnreadableBodyException(string reason)
        : base(reason)
    {
    }

    public UnreadableBodyException(string reason, Exception cause)
        : base(reason, cause)
    {
    }

    /// <summary>Without the cause inside: the headers of the error queue would show the innermost message in place of ours.</summary>
    public static UnreadableBodyException NoJson(JsonException e) => new("The body is no JSON: " + e.Message);
}
