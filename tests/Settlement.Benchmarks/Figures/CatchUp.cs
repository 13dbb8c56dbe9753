using System.Diagnostics;
using System.Globalization;
using Settlement.Benchmarks.Harness;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Worker.Running;

namespace Settlement.Benchmarks.Figures;

/// <summary>
/// Closings of many hours that a worker finds due at startup: calls settled per second, and how accurate the estimate of the end was.
/// </summary>
internal static class CatchUp
{
    public static Task RunAsync(Sizes sizes)
    {
        using var scratch = new Scratch(sizes);
        var (calls, accounts, hours) = (sizes.Number("calls", 10_000_000), sizes.Number("accounts", 1_000), sizes.Number("hours", 30 * 24));
        var file = scratch.New("month");
        var many = sizes.Number("projects", 1);
        string?[] projects = many == 1 ? [null] : [.. Enumerable.Range(0, many).Select(p => $"project {p}")];
        using (var made = World.Create(file))
        {
            made.OpenAccounts(accounts);
            for (var hour = 0; hour < hours; hour++)
                HourOfCalls.Fill(made, calls / hours, accounts, World.StartUs + hour * Instant.PerHourUs, projects);
            made.Compact();
        }

        var nowUs = World.StartUs + (hours + 1) * Instant.PerHourUs;
        using var world = World.Open(file, nowUs);
        var estimates = new List<(double At, double Left)>();
        var since = Stopwatch.GetTimestamp();
        var eta = new Eta(TimeProvider.System);
        world.Core.Timeline.Progress = step =>
        {
            if (eta.Left(step.ReachedUs, nowUs) is { } left)
                estimates.Add((Stopwatch.GetElapsedTime(since).TotalSeconds, left.TotalSeconds));
        };
        var seconds = Watch.Time(() => world.Core.Timeline.AdvanceTo(nowUs)).Seconds;
        var settled = calls / hours * hours;
        Interleaved.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"catchup: {hours:N0} hours, {settled:N0} calls, {accounts:N0} accounts: {seconds:0.0} s, {settled / seconds:N0} calls/s, {hours / seconds:0.0} hours/s"));
        foreach (var part in new[] { 0.1, 0.25, 0.5, 0.75, 0.9 })
        {
            var (at, left) = estimates.FirstOrDefault(e => e.At >= part * seconds);
            Interleaved.Say(string.Create(
                CultureInfo.InvariantCulture, $"  after {at,6:0.0} s it said {left,6:0.0} s more; it took {seconds - at,6:0.0} ({(left - (seconds - at)) / seconds:+0%;-0%} of the whole)"));
        }

        return Task.CompletedTask;
    }
}
