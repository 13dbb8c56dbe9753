using Settlement.Domain.Time;

namespace Settlement.Worker.Simulating;

/// <summary>A clock that stands where it is put: for scenarios, <c>demo</c> and <c>--until</c>.</summary>
internal sealed class TestClock(long nowUs) : TimeProvider
{
    public long NowUs { get; set; } = nowUs;

    public override DateTimeOffset GetUtcNow() => Instant.ToUtc(NowUs);
}
