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
}
