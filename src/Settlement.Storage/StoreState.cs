using System.Text.Json;
using Settlement.Domain.Money;
using Settlement.Domain.Plans;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;

namespace Settlement.Storage;

/// <summary>
/// The state that applies to the whole store: how far it is closed, whether closings are on hold, which settings and catalog are in force.
/// </summary>
public sealed record StoreState
{
    /// <summary>The closed hour of a new store, which has none (2.3): a number below every hour.</summary>
    public static readonly BillingHour NoClosedHour = new(-10_000_000);

    public long CreatedUs { get; init; }

    public long LastRunUs { get; init; }

    public SettleSlot ClosedSlot { get; init; }

    /// <summary>The last closed hour.</summary>
    public BillingHour ClosedHour => ClosedSlot.Hour;

    public long? HeldSinceUs { get; init; }

    public long ResumedUs { get; init; }

    public long SettingsVersion { get; init; }

    public long CatalogVersion { get; init; }

    /// <summary>The start of the kept span: usage of the hours before it may have left (7.4). Null: nothing has left.</summary>
    public long? KeptFromUs { get; init; }

    /// <summary>Whether usage that a closing of this slot took may have left.</summary>
    public bool HasLeft(SettleSlot slot) => KeptFromUs is { } us && slot.Hour < BillingHour.Of(us);

    /// <summary>Whether the store was made for tests: a test clock may run ahead of real time on it, and no worker runs on it.</summary>
    public static bool IsForTests(Session session) => session.One<long>("store/for-tests") > 0;

    public static StoreState Of(Session session) => session.One<StoreState>("store/get")
        ?? throw new InvalidOperationException("The store has not been opened with its settings yet.");

    /// <summary>
    /// Whether a closing may run at an instant: not on hold, and after a resume only from the first hourly run on (2.3).
    /// </summary>
    public bool MayCloseAt(long us) => HeldSinceUs is null && us >= BillingHour.FirstOnTheHourUs(ResumedUs);
}

/// <summary>Settings and catalog by version; read once each.</summary>
public sealed class TermsReader(BillingSettings settings)
{
    private static readonly Catalog Empty = new(Currency.Find("CNY")!, [], [], [], []);

    private readonly Lock gate = new();
    private Terms? current;

    public BillingSettings Settings => settings;

    /// <summary>
    /// The version under which these settings were recorded. Another process may record different settings while a worker is running. The worker's
    /// closings still say which settings they were made with.
    /// </summary>
    public long? RecordedVersion { get; set; }

    /// <summary>The terms in force for a session. The catalog may be newer than at the last call.</summary>
    public Terms Read(Session session, StoreState state)
    {
        lock (gate)
        {
            var version = RecordedVersion ?? state.SettingsVersion;
            if (current?.CatalogVersion == state.CatalogVersion && current.SettingsVersion == version)
                return current;
            return current = new Terms(version, settings, state.CatalogVersion, ReadCatalog(session, state.CatalogVersion));
        }
    }

    private Catalog ReadCatalog(Session session, long version)
    {
        if (version == 0)
            return Empty;
        var faults = new List<CatalogFault>();
        return CatalogJson.Read(session.One<string>("store/catalog-body", new { Version = version })!, "", settings.TimeZone, faults)
            ?? throw new InvalidOperationException($"Catalog version {version} of the store can't be read: {faults[0]}");
    }

    /// <summary>The settings in the form in which they are recorded: every setting that can change what a closing decides.</summary>
    public static string Record(BillingSettings settings) => JsonSerializer.Serialize(new
    {
        timeZone = settings.TimeZone.ToString(),
        closeDelayUs = settings.CloseDelayUs,
        rounding = settings.Rounding.ToString(),
        maxUsageAgeUs = settings.MaxUsageAgeUs,
        maxClockSkewUs = settings.MaxClockSkewUs,
        lowPackagePercent = settings.LowPackagePercent,
        daysBefore = settings.DaysBefore,
        everyLevel = settings.EveryLevel,
        levels = settings.Levels.OrderBy(l => l.Key, StringComparer.Ordinal).ToDictionary(l => l.Key, l => l.Value),
    });
}
