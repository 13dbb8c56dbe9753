using Settlement.Engine.Closings;
using Settlement.Engine.Commands;
using Settlement.Engine.Lifecycle;
using Settlement.Engine.Parking;
using Settlement.Engine.Retention;
using Settlement.Engine.Spans;
using Settlement.Engine.Usage;
using Settlement.Storage;

namespace Settlement.Engine;

/// <summary>The working parts on one open store, wired in one place for <c>run</c>, the verbs and <c>simulate</c>.</summary>
public sealed class SettlementCore
{
    /// <param name="store">An open store.</param>
    /// <param name="clock">The clock that the time line follows.</param>
    /// <param name="inScenario">Whether commands may contain what only scenarios are allowed (INTERFACE 2, 5).</param>
    /// <param name="entriesPerRelease">How many quarantined entries are released in one transaction, 1 to 1,000.</param>
    /// <param name="spanSize">How large the time line's spans and their parts may be.</param>
    public SettlementCore(
        SettlementStore store, TimeProvider clock, bool inScenario = false, int entriesPerRelease = Releases.EntriesPerPiece,
        SpanSize? spanSize = null)
    {
        Store = store;
        Clock = clock;
        Usage = new UsageArrivals(store);
        Intake = new UsageIntake(store, Usage);
        Releases = new Releases(store, Usage, entriesPerRelease);
        Parking = new AccountParking(store);
        Commands = new CommandInbox(store, Releases, inScenario, Parking);
        CommandIntake = new CommandIntake(store, Commands);
        var lifecycle = new AgendaSteps(store, Parking);
        Timeline = new Timeline(
            store,
            new SpanOpening(store, Releases, spanSize ?? SpanSize.Default),
            new SpanWork(store, Commands, lifecycle, Parking),
            Commands,
            new ParkedRetry(store, Parking, new MissedClosings(store, Parking), Commands, lifecycle),
            Releases,
            clock);
        UsageRetention = new UsageRetention(store);
        BodyRetention = new BodyRetention(store);
    }

    public SettlementStore Store { get; }

    public TimeProvider Clock { get; }

    public UsageArrivals Usage { get; }

    public UsageIntake Intake { get; }

    public Releases Releases { get; }

    public CommandInbox Commands { get; }

    public CommandIntake CommandIntake { get; }

    public AccountParking Parking { get; }

    public Timeline Timeline { get; }

    public UsageRetention UsageRetention { get; }

    public BodyRetention BodyRetention { get; }

    public long NowUs => Domain.Time.Instant.OfUs(Clock.GetUtcNow());
}
