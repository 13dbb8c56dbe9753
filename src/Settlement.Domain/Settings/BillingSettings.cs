using Settlement.Domain.Time;

namespace Settlement.Domain.Settings;

public enum RoundingMode
{
    Carry,
    Truncate,
}

/// <summary>How many days of 24 hours an account or an ended package has before the next step (9.2).</summary>
public readonly record struct ArrearsDays(long GraceDays, long RetentionDays);

/// <summary>The days that a customer level gets: <c>payPerUse</c> applies to the account, <c>package</c> to 8.5.</summary>
public readonly record struct LevelDays(ArrearsDays PayPerUse, ArrearsDays Package);

/// <summary>The billing settings of RULES.md under their names, with their defaults. Read by <see cref="BillingSettingsReader"/>.</summary>
public sealed record BillingSettings
{
    public static readonly BillingSettings Default = new();

    /// <summary>
    /// The least by which usage is kept longer than it may be old on arrival (7.4): what has left is far too old to come in again.
    /// </summary>
    public const long KeptBeyondAgeUs = 62 * Instant.PerDayUs;

    /// <summary>The levels an account can have; the first is the default.</summary>
    public static readonly IReadOnlyList<string> LevelNames = ["V0", "V1", "V2", "V3", "V4", "V5"];

    public BillingZone TimeZone { get; init; } = new(8);

    /// <summary>How long after its end an hour falls due (2.2).</summary>
    public long CloseDelayUs { get; init; } = Instant.PerHourUs;

    /// <summary>How long the worker waits at startup for what the broker still holds (2.4).</summary>
    public long DrainTimeoutUs { get; init; } = 15 * 60 * Instant.PerSecondUs;

    public RoundingMode Rounding { get; init; } = RoundingMode.Carry;

    public long MaxUsageAgeUs { get; init; } = 35 * Instant.PerDayUs;

    /// <summary>
    /// How long events and identities are kept, from the time of the call (7.4); 0: for ever. They are kept longer where
    /// <see cref="MaxUsageAgeUs"/> asks for it.
    /// </summary>
    public long KeepUsageUs { get; init; } = 400 * Instant.PerDayUs;

    /// <summary>How long the bodies of published notices are kept; 0: for ever.</summary>
    public long KeepNoticesUs { get; init; } = 400 * Instant.PerDayUs;

    /// <summary>How long the bodies of answered commands are kept; 0: for ever.</summary>
    public long KeepCommandsUs { get; init; } = 400 * Instant.PerDayUs;

    public long MaxClockSkewUs { get; init; } = 5 * 60 * Instant.PerSecondUs;

    /// <summary>Share of calls left, in percent of the size of the live lots, at which <c>package-low</c> is sent (10).</summary>
    public long LowPackagePercent { get; init; } = 20;

    /// <summary>How many days before the expiry date the first renewal attempt is made (8.2), 0 to 7.</summary>
    public long DaysBefore { get; init; } = 7;

    /// <summary>For every level not named in <see cref="Levels"/>.</summary>
    public LevelDays EveryLevel { get; init; } = new(new ArrearsDays(15, 15), new ArrearsDays(15, 15));

    public IReadOnlyDictionary<string, LevelDays> Levels { get; init; } = new Dictionary<string, LevelDays>();

    public LevelDays DaysOf(string level) => Levels.TryGetValue(level, out var days) ? days : EveryLevel;
}
