using System.Diagnostics;

namespace Settlement.Benchmarks.Harness;

/// <summary>Seconds of a piece of work, started on a collected heap.</summary>
internal static class Watch
{
    public static double Seconds(Action work)
    {
        Settle();
        var since = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(since).TotalSeconds;
    }

    public static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
