using System.Diagnostics.Metrics;
using System.Reflection;
using Settlement.Domain.Time;

namespace Settlement.Worker.Telemetry;

/// <summary>
/// What is true at the moment of a scrape: of the store, as <see cref="FiguresKeeper"/> knows it, and of this worker. Nothing here waits for the
/// database; what is not known is absent.
/// </summary>
internal sealed class Gauges
{
    private readonly FiguresKeeper figures;
    private readonly CatchUp catchUp;
    private readonly Func<IReadOnlyCollection<string>> unready;

    /// <param name="unready">Which parts are not ready, as readiness found last.</param>
    public Gauges(Meter meter, FiguresKeeper figures, CatchUp catchUp, Func<IReadOnlyCollection<string>> unready)
    {
        (this.figures, this.catchUp, this.unready) = (figures, catchUp, unready);
        meter.CreateObservableGauge("settlement.hours.behind", () => Of(f => f.HoursBehind), description: "Hours that are due and not closed.");
        meter.CreateObservableGauge("settlement.catch_up.remaining", Remaining, "s", "How long it will take until everything due is done.");
        meter.CreateObservableGauge("settlement.quarantine.entries", () => Held(h => h.Entries), description: "Entries that are held in quarantine.");
        meter.CreateObservableGauge("settlement.quarantine.value_units", () =>
            Held(h => h.Value), description: "Value of what is held, in the currency.");
        meter.CreateObservableGauge("settlement.outbox.age", OutboxAge, "s", "How old the oldest notice is that waits to be published.");
        meter.CreateObservableGauge("settlement.outbox.notices", () => Of(f => f.Outbox.Notices), description: "Notices that wait to be published.");
        meter.CreateObservableGauge("settlement.accounts.parked", () => Of(f => f.Parked), description: "Accounts whose next step can't be done.");
        meter.CreateObservableGauge("settlement.accounts.arrears", () => Of(f => f.InArrears), description: "Accounts in grace, frozen or released.");
        meter.CreateObservableGauge("settlement.store.size", () => Of(f => f.Bytes), "By", "Size of the database's files of data.");
        meter.CreateObservableGauge("settlement.ready", () => unready().Count == 0 ? 1 : 0, description: "Whether the worker can do its work.");
        meter.CreateObservableGauge("settlement.not_ready", NotReady, description: "The parts that can't do their work.");
        var build = new Measurement<int>(1, new KeyValuePair<string, object?>("version", Version()));
        meter.CreateObservableGauge("settlement.build_info", () => build, description: "The program's version.");
    }

    public static string Version() =>
        typeof(Gauges).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Figures of a store whose schema is another program's.</summary>
    private StoreFigures? Known => figures.Latest is { Schema.Count: 0 } known ? known : null;

    private IEnumerable<Measurement<long>> Of(Func<StoreFigures, long?> figure) =>
        Known is { } known && figure(known) is { } value ? [new(value)] : [];

    private IEnumerable<Measurement<T>> Held<T>(Func<Storage.Figures.HeldFigure, T> figure)
        where T : struct =>
        (Known?.Held ?? []).Select(h => new Measurement<T>(figure(h), new KeyValuePair<string, object?>("reason", h.Reason)));

    private IEnumerable<Measurement<double>> OutboxAge() =>
        Known is { } known ? [new(known.Outbox.OldestUs is { } us ? Math.Max(0, known.AtUs - us) / (double)Instant.PerSecondUs : 0)] : [];

    private IEnumerable<Measurement<double>> Remaining()
    {
        if (catchUp.Left is { } left)
            return [new(left.TotalSeconds)];
        return Known is { DueSinceUs: null } ? [new(0)] : [];
    }

    private IEnumerable<Measurement<int>> NotReady() =>
        unready().Select(what => new Measurement<int>(1, new KeyValuePair<string, object?>("what", what)));
}
