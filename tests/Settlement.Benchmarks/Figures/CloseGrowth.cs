using Settlement.Benchmarks.Harness;

namespace Settlement.Benchmarks.Figures;

/// <summary>The same accounts with ten times as many events in the hour: how much longer the closing takes.</summary>
internal static class CloseGrowth
{
    public static async Task RunAsync(Sizes sizes)
    {
        using var scratch = new Scratch(sizes);
        var (calls, accounts) = (sizes.Number("calls", 1_000_000), sizes.Number("accounts", 10_000));
        string once = scratch.New("once"), tenfold = scratch.New("tenfold");
        HourOfCalls.Make(once, calls, accounts);
        HourOfCalls.Make(tenfold, calls * 10, accounts);
        await Interleaved.RunAsync(
            $"close-growth: {accounts:N0} accounts", sizes.Rounds, calls, "calls of the smaller hour",
            new Timed($"closing an hour of {calls:N0} calls", () => Close.Take(scratch.CopyOf(once, "once"))),
            new Timed($"closing an hour of {calls * 10:N0} calls", () => Close.Take(scratch.CopyOf(tenfold, "tenfold"))),
            Asked.TimeAtMost(12));
    }
}
