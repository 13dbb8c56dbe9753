using System.Text.Json;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;

namespace Settlement.Worker.Simulating;

/// <summary>A scenario that can't be read: the path of the bad field and the cause. The exit code is 2.</summary>
public sealed class UnreadableScenarioException(string path, string cause) : Ingest.BadInputException($"{path}: {cause}")
{
    public string Path { get; } = path;
}

/// <summary>A story with a clock (INTERFACE 5).</summary>
internal sealed record Scenario(BillingSettings Settings, Catalog Catalog, IReadOnlyList<ScenarioAction> Timeline, long UntilUs);

/// <summary>One entry of the time line. <see cref="Index"/> is its place in the file: actions at the same instant happen in that order.</summary>
internal abstract record ScenarioAction(int Index, long AtUs)
{
    /// <summary>When it first happens: usage may be delivered before its own time.</summary>
    public virtual long HappensUs => AtUs;
}

/// <summary>A command as it would come over the broker.</summary>
internal sealed record CommandAction(int Index, long AtUs, string Body) : ScenarioAction(Index, AtUs);

/// <summary>Calls spread over time; see <see cref="UsageStory"/> for the events they are.</summary>
internal sealed record UsageAction(int Index, long AtUs, UsageStory Story) : ScenarioAction(Index, AtUs)
{
    public override long HappensUs => Story.ArrivesUs(0);
}

/// <summary>The worker is down in [at, until).</summary>
internal sealed record OutageAction(int Index, long AtUs, long UntilUs) : ScenarioAction(Index, AtUs);

internal sealed record ShowAction(int Index, long AtUs, string Label) : ScenarioAction(Index, AtUs);
