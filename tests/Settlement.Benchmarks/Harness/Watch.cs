using System.Diagnostics;

namespace Settlement.Benchmarks.Harness;

/// <summary>What a piece of work took.</summary>
/// <param name="Seconds">By the clock: what is asked for. Others on the machine lengthen it.</param>
/// <param name="CpuSeconds">Of this process, all threads, garbage collection and compilation included; the broker's are not in it.</param>
internal readonly record struct Taken(double Seconds, double CpuSeconds);

/// <summary>Started on a collected heap.</summary>
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

    /// <summary>Without collecting first, where something runs already.</summary>
    public static Watch Now() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

    public static Taken Time(Action work)
    {
        var watch = Start();
        work();
        return watch.Taken;
    }
}
