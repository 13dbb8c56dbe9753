using Settlement.Engine;

namespace Settlement.Worker.Simulating;

/// <summary>The worker of a scenario: everything that happens to its store goes through it, one piece at a time.</summary>
internal class ScenarioWorker(Func<SettlementCore> start)
{
    public SettlementCore Core { get; private set; } = start();

    public virtual void Do(Action<SettlementCore> work) => work(Core);

    /// <summary>A new process on the same store: it knows only what is stored.</summary>
    protected void Restart() => Core = start();
}
