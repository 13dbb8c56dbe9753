using Settlement.Storage;
using Settlement.Storage.Closings;
using Settlement.Storage.Ingest;
using Settlement.Storage.Timeline;

namespace Settlement.Worker.Running;

/// <summary>The working parts on one open store, wired once for <c>run</c>, the verbs and <c>simulate</c> alike.</summary>
public sealed class SettlementCore
{
    public SettlementCore(SettlementStore store, TimeProvider clock, bool inScenario = false)
    {
        Store = store;
        Clock = clock;
        Usage = new UsageStore(store);
        Intake = new UsageIntake(store, Usage);
        Quarantine = new QuarantineStore(store, Usage);
        Commands = new CommandStore(store, Quarantine, inScenario);
        CommandIntake = new CommandIntake(store, Commands);
        Timeline = new Timeline(store, new ClosingStore(store), Commands, new LifecycleStore(store), clock);
    }

    public SettlementStore Store { get; }

    public TimeProvider Clock { get; }

    public UsageStore Usage { get; }

    public UsageIntake Intake { get; }

    public QuarantineStore Quarantine { get; }

    public CommandStore Commands { get; }

    public CommandIntake CommandIntake { get; }

    public Timeline Timeline { get; }

    public long NowUs => Domain.Time.Instant.OfUs(Clock.GetUtcNow());
}
