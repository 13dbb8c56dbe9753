using System.Diagnostics;

namespace Settlement.Benchmarks.Harness;

/// <summary>How long a piece of work took.</summary>
/// <param name="Seconds">Elapsed time, which is what the targets are about. Other load on the machine lengthens it.</param>
/// <param name="CpuSeconds">
/// CPU time of this process: all threads, including garbage collection and compilation. The broker's CPU time is not included.
/// </param>
internal readonly record struct Taken(double Seconds, double CpuSeconds);

/// <summary>A stopwatch that is started on a freshly collected heap.</summary>
internal readonly struct Watch
{
    private readonly long since;
    private readonly TimeSpan cpu;

    private Watch(long since, TimeSpan cpu) => (this.since, this.cpu) = (since, cpu);

    public Taken Taken => new(Stopwatch.GetElapsedTime(since).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);

    public static Watch Start()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Now();
    }

    /// <summary>Starts without collecting first, for when something is already running.</summary>
    public static Watch Now() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

    /// <summary>Does some work; returns the seconds it took.</summary>
    public double Of(Action work)
    {
        work();
        return Taken.Seconds;
    }

    public static Taken Time(Action work)
    {
        var watch = Start();
        work();
        return watch.Taken;
    }
}
