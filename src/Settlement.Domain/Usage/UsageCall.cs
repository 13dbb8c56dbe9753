namespace Settlement.Domain.Usage;

/// <summary>A well-formed usage event: <see cref="Count"/> calls (1 to 1,000,000) of one API at one instant (1.1).</summary>
/// <param name="TimeUs">The call's own time, cut to the microsecond.</param>
/// <param name="Status">HTTP status, 100-599.</param>
public sealed record UsageCall(
    string Source, string Id, string Account, string Api, string Region, long TimeUs, int Status, long Count, string? Project)
{
    public const int MaxTextLength = 128;
    public const int MaxCount = 1_000_000;

    /// <summary>Only 200-299 is billable (1.1).</summary>
    public bool Billable => IsBillable(Status);

    public static bool IsBillable(long status) => status is >= 200 and <= 299;
}

/// <summary>
/// A readable event with a bad field (7.1 <c>malformed</c>). It does not take an identity. Whatever could be read is kept, so that a person can see
/// whose it is; the rest is null.
/// </summary>
/// <param name="Field">The bad field, by its name in the message.</param>
/// <param name="Cause">What is wrong with it, worded for people.</param>
/// <param name="Raw">The event's own JSON (or line), for inspection; it may be cut.</param>
/// <param name="RawHash">The hash of all its bytes, cut or not (<see cref="CallHash.Raw"/>). It tells the event apart from others.</param>
public sealed record MalformedCall(
    string Field, string Cause, string Raw, byte[] RawHash,
    string? Source, string? Id, string? Account, string? Api, string? Region, long? TimeUs, long? Status, long? Count, string? Project);

/// <summary>One event as it was read from a message or a file: exactly one of the two is set.</summary>
public readonly record struct ReadEvent(UsageCall? Call, MalformedCall? Malformed)
{
    public static ReadEvent Of(UsageCall call) => new(call, null);

    public static ReadEvent Of(MalformedCall malformed) => new(null, malformed);
}
