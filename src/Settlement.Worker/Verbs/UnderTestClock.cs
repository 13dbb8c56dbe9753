using Settlement.Engine;
using Settlement.Storage;
using Settlement.Worker.Ingest;
using Settlement.Worker.Simulating;

namespace Settlement.Worker.Verbs;

/// <summary>
/// What <c>close</c> and <c>lifecycle</c> share. They work on the store, or on a copy for a dry run; on the real clock or, with <c>--until</c>, on a
/// test clock, on which each job runs at its own due instant.
/// </summary>
internal sealed class UnderTestClock : IDisposable
{
    private readonly TestClock? clock;
    private readonly long untilUs;

    private UnderTestClock(OpenStore open, TestClock? clock, long untilUs)
    {
        Open = open;
        this.clock = clock;
        this.untilUs = untilUs;
    }

    public OpenStore Open { get; }

    public static UnderTestClock Start(VerbContext context, long? untilUs, bool dryRun)
    {
        if (untilUs is not null)
            RefuseAttached(context);
        var test = untilUs is { } us ? new TestClock(us) : null;
        if (!dryRun && untilUs > context.NowUs)
            RefuseRealStore(context);
        var open = dryRun ? OpenStore.Copy(context, test) : OpenStore.ToWriteOrCreate(context, test);
        try
        {
            if (!dryRun)
                ClockCheck.NeedNotAhead(open, context.NowUs);
            if (!dryRun && test is null)
                ClockCheck.NeedDatabases(open, context.NowUs);
            return new UnderTestClock(open, test, untilUs ?? open.Core.NowUs);
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    /// <summary>Does what is due; returns the instant it stopped at.</summary>
    public long Pass()
    {
        if (clock is null)
        {
            Open.Core.Timeline.AdvanceTo(untilUs);
            return untilUs;
        }

        clock.NowUs = Math.Min(untilUs, Open.Core.Timeline.Next(untilUs)?.AtUs ?? untilUs);
        clock.Pass(Open.Core.Timeline, untilUs);
        clock.NowUs = untilUs;
        return untilUs;
    }

    public void Dispose() => Open.Dispose();

    /// <summary>What a clock that is ahead has closed and deducted can't be taken back.</summary>
    private static void RefuseRealStore(VerbContext context)
    {
        using (var engine = OpenStore.EngineOf(context))
        {
            if (!engine.Exists)
                throw AheadOf(engine.Describe());
        }

        using var open = OpenStore.ToRead(context);
        if (!open.Store.Read(StoreState.IsForTests))
            throw AheadOf(open.Engine.Describe());
    }

    private static BadInputException AheadOf(string store) => new(
        $"--until: is later than now, and {store} is not a store for tests. To see what would happen, add --dry-run: nothing is changed. A store for tests is made with: migrate --test-store");

    private static void RefuseAttached(VerbContext context)
    {
        using var engine = OpenStore.EngineOf(context);
        if (engine.AttachedWorker() is { } holder)
            throw new BadInputException($"--until: {engine.Describe()} has a worker attached ({holder}); a test clock would run ahead of it");
    }
}
