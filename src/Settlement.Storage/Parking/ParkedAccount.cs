using Settlement.Domain.Lifecycle;
using Settlement.Domain.Plans;
using Settlement.Domain.Time;

namespace Settlement.Storage.Parking;

/// <summary>A parked account: at which step, why, and since when (2.5).</summary>
public sealed class ParkedAccount
{
    public long AccountNo { get; init; }

    public string AccountId { get; init; } = "";

    /// <summary>When the step was due.</summary>
    public long DueUs { get; init; }

    /// <summary>One of <see cref="ParkedStep"/>.</summary>
    public string StepName { get; init; } = "";

    public string Reason { get; init; } = "";

    /// <summary>The last slot that its closings took or skipped.</summary>
    public SettleSlot SettledSlot { get; init; }

    /// <summary>When it was parked at this step: a transaction time.</summary>
    public long SinceUs { get; init; }

    /// <summary>The number of retries that met the same fault.</summary>
    public long Tries { get; init; }

    public long LastTryUs { get; init; }
}

/// <summary>The names of the steps at which an account can be parked.</summary>
public static class ParkedStep
{
    public const string Closing = "closing";
    public const string Command = "command";
    public const string Start = "start";
    public const string End = "end";
    public const string Attempt = "attempt";
    public const string Arrears = "arrears";

    public static string Of(AgendaKind kind) => kind switch
    {
        AgendaKind.LotStart => Start,
        AgendaKind.RenewalAttempt => Attempt,
        AgendaKind.ArrearsFreeze or AgendaKind.ArrearsRelease => Arrears,
        _ => End,
    };
}

/// <summary>What waits for a parked account's retry.</summary>
/// <param name="Commands">Commands that the time line has reached.</param>
/// <param name="Steps">Steps of its lots and arrears that the time line has reached.</param>
public sealed record ParkedWaiting(long Commands, long Steps);
