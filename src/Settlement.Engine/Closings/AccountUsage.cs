using Settlement.Domain.Plans;
using Settlement.Domain.Settling;

namespace Settlement.Engine.Closings;

/// <summary>Calls of one scope, hour and project in a run.</summary>
internal sealed class UsageGroup
{
    public long AccountNo { get; init; }

    public long ScopeNo { get; init; }

    public long UseHour { get; init; }

    public long ProjectNo { get; init; }

    public long AllCalls { get; init; }

    public long Billable { get; init; }

    /// <summary>Those of the billable calls that were released from quarantine.</summary>
    public long WaivedCalls { get; init; }

    public long Calls => Billable - WaivedCalls;

    public long NotBillable => AllCalls - Billable;
}

/// <summary>What an account used in one run.</summary>
internal sealed record RunUsage(ClosingRun Run, List<UsageGroup> Groups);

/// <summary>What an account used in the runs of a span, in order.</summary>
internal sealed record AccountUsage(long AccountNo, List<RunUsage> Runs)
{
    public int GroupCount => Runs.Sum(r => r.Groups.Count);
}

/// <summary>One run settled for one account.</summary>
internal readonly record struct SettledRun(ClosingRun Run, Plan Plan);
