namespace Settlement.Worker.Demo;

/// <summary>What goes wrong at the gateway during the month, as it does everywhere.</summary>
internal static class Mishaps
{
    /// <summary>The agent sends an event again with a different count: a conflict; the first one stands (7.1).</summary>
    public static readonly long RecountUs = Calendar.At(4, 11, 15);

    /// <summary>A health check reports a call with status 0: malformed; the other events of its message pass.</summary>
    public static readonly long BadFieldUs = Calendar.At(8, 15, 30);

    /// <summary>The southern agent's link is down; what it has kept arrives hours late (7.2).</summary>
    private static readonly long DownUs = Calendar.At(10, 13, 15);

    private static readonly long UpUs = Calendar.At(10, 16, 40);

    /// <summary>A message stays in the spool until the month is over: its calls were made in June and are deducted in July (6.3).</summary>
    private static readonly long ForgottenUs = Calendar.At(30, 18, 0);

    private static readonly long FoundUs = Calendar.At(32, 9, 30);

    /// <summary>When the message of a quarter arrives, if not at once.</summary>
    public static long? ArrivesUs(string region, long quarterUs) =>
        region != Cast.South ? null
        : quarterUs >= DownUs && quarterUs + Calendar.QuarterUs <= UpUs ? UpUs + 10 * Domain.Time.Instant.PerSecondUs
        : quarterUs == ForgottenUs ? FoundUs
        : null;
}
