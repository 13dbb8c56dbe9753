using System.Diagnostics.Metrics;
using Settlement.Domain.Ledger;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Engine.Commands;
using Settlement.Engine.Usage;

namespace Settlement.Worker.Telemetry;

/// <summary>
/// What this worker counts, since its start. Labels have a few fixed values each, never an account, an API or a package. What is true of the store
/// instead of this worker is in <see cref="Gauges"/>. Every name, with its meaning, is in docs/metrics.md.
/// </summary>
internal sealed class Instruments
{
    public const string Name = "Settlement";

    private const double UnitsPerE8 = 1e-8;

    /// <summary>In seconds: from usage that is reported at once to what an agent had spooled for weeks.</summary>
    private static readonly double[] Lags = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 10_800, 86_400, 604_800, 2_592_000];

    private static readonly double[] Durations = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600];

    private readonly SettlementCore core;
    private readonly Counter<long> usage;
    private readonly Histogram<double> lag;
    private readonly Histogram<double> closing;
    private readonly Counter<long> calls;
    private readonly Counter<double> deducted;
    private readonly Counter<long> renewals;
    private readonly Counter<long> commands;

    public Instruments(IMeterFactory meters, SettlementCore core)
    {
        this.core = core;
        Meter = meters.Create(Name);
        usage = Meter.CreateCounter<long>("settlement.usage.events", description: "Usage events that were dealt with, by outcome.");
        lag = Histogram("settlement.usage.lag", "From the time of a call to its store.", Lags);
        closing = Histogram("settlement.closing.duration", "How long the closing of a run with usage took.", Durations);
        calls = Meter.CreateCounter<long>("settlement.calls.settled", description: "Calls that were settled, by what paid for them.");
        deducted = Meter.CreateCounter<double>("settlement.deducted.units", description: "Money deducted for usage, in units of the currency.");
        renewals = Meter.CreateCounter<long>("settlement.renewals", description: "Attempts at automatic renewal, by outcome.");
        commands = Meter.CreateCounter<long>("settlement.commands", description: "Commands that were answered, by outcome.");
        StartAtZero();
        core.Usage.Stored = Stored;
        core.Commands.Answered = Answered;
        core.Timeline.Settled += (_, plans) => Settled(plans);
        core.Timeline.Stepped += (_, plan) => Attempted(plan.Attempt);
    }

    public Meter Meter { get; }

    /// <summary>A batch of events was dealt with.</summary>
    public void Taken(IngestCounts counts)
    {
        Add(usage, counts.Accepted, Outcome("stored"));
        Add(usage, counts.Duplicate, Outcome("duplicate"));
        Add(usage, counts.NotBillable, Outcome("ignored"));
        Add(usage, counts.Quarantined, Outcome("held"));
    }

    /// <summary>A closing run with usage is settled, as far as it was this worker's.</summary>
    public void Closed(TimeSpan took) => closing.Record(took.TotalSeconds);

    private void Stored(IReadOnlyList<long> timesUs)
    {
        var nowUs = core.NowUs;
        foreach (var us in timesUs)
            lag.Record(Math.Max(0, nowUs - us) / (double)Instant.PerSecondUs);
    }

    private void Answered(AnsweredCommand answered)
    {
        commands.Add(1, Outcome(answered.Refusal is null ? "applied" : "refused"));
        Attempted(answered.Attempt);
    }

    private void Attempted(RenewalAttempt? attempt)
    {
        if (attempt is not null)
            renewals.Add(1, Outcome(attempt.Renewed ? "renewed" : "insufficient-balance"));
    }

    private void Settled(IReadOnlyList<Plan> plans)
    {
        long byPackage = 0, byBalance = 0;
        Int128 deductedE8 = 0;
        foreach (var row in plans.SelectMany(p => p.Rows))
        {
            if (row.Kind == RowKind.PackageUsage)
                byPackage += row.Calls ?? 0;
            else
                byBalance += row.Calls ?? 0;
            deductedE8 += row.DeductedE8;
        }

        Add(calls, byPackage, Kind("package"));
        Add(calls, byBalance, Kind("balance"));
        deducted.Add((double)deductedE8 * UnitsPerE8, Kind("balance"));
    }

    private Histogram<double> Histogram(string name, string description, double[] bounds) =>
        Meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    /// <summary>A series that begins with its first event hides that event from a rate.</summary>
    private void StartAtZero()
    {
        foreach (var outcome in new[] { "stored", "duplicate", "ignored", "held" })
            usage.Add(0, Outcome(outcome));
        foreach (var kind in new[] { "package", "balance" })
            calls.Add(0, Kind(kind));
        deducted.Add(0, Kind("balance"));
        foreach (var outcome in new[] { "renewed", "insufficient-balance" })
            renewals.Add(0, Outcome(outcome));
        foreach (var outcome in new[] { "applied", "refused" })
            commands.Add(0, Outcome(outcome));
    }

    private static void Add(Counter<long> counter, long count, KeyValuePair<string, object?> label)
    {
        if (count > 0)
            counter.Add(count, label);
    }

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);

    private static KeyValuePair<string, object?> Kind(string kind) => new("kind", kind);
}
