using System.Globalization;
using Settlement.Benchmarks.Harness;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage;
using Settlement.Storage.Parking;

namespace Settlement.Benchmarks.Figures;

/// <summary>Closing an hour while one account in ten is parked (2.5), against the same calls of the others where nobody is.</summary>
internal static class Parked
{
    private const int OneIn = 10;

    public static async Task RunAsync(Sizes sizes)
    {
        using var scratch = new Scratch(sizes);
        var (calls, accounts) = (sizes.Number("calls", 1_000_000), sizes.Number("accounts", 10_000));
        var (parked, others) = (scratch.New("parked"), scratch.New("others"));
        var count = Make(parked, calls, accounts, park: true);
        Make(others, calls, accounts, park: false);
        var work = new Timed(
            string.Create(
                CultureInfo.InvariantCulture, $"the closing, with {accounts / OneIn:N0} of {accounts:N0} accounts parked, whose calls wait"),
            () => Close.Take(scratch.CopyOf(parked, "close")));
        var bare = new Timed("the closing without those accounts' calls, nobody parked", () => Close.Take(scratch.CopyOf(others, "close")));
        await bare.TakeAsync();
        await work.TakeAsync();
        await Interleaved.RunAsync(
            string.Create(CultureInfo.InvariantCulture, $"parked: {count:N0} calls of those who are not"), sizes.Rounds, count, "calls", bare, work,
            Asked.TimeAtMost(1.1));
    }

    /// <returns>How many calls wait to be settled of accounts that are not parked.</returns>
    private static int Make(string file, int calls, int accounts, bool park)
    {
        using var world = World.Create(file);
        world.OpenAccounts(accounts);
        world.Apply(Enumerable.Range(0, accounts).Where(IsParked).Select(i => World.Subscribe(i, World.Dear)));
        if (park)
            Park(world, accounts);
        world.NowUs = HourOfCalls.HourUs + Instant.PerHourUs;
        world.Core.Timeline.AdvanceTo(world.NowUs);
        var stored = HourOfCalls.Fill(world, calls, accounts, HourOfCalls.HourUs, [null], of: park ? null : i => !IsParked(i));
        var waiting = world.Store.Read(session => ParkedAccounts.Count(session).Accounts);
        if (waiting != (park ? accounts / OneIn : 0))
            throw new InvalidOperationException($"{waiting} accounts are parked.");
        world.Compact();
        return park ? stored - Enumerable.Range(0, accounts).Count(IsParked) * (calls / accounts) : stored;
    }

    private static bool IsParked(int account) => account % OneIn == 0;

    /// <summary>By an event of the hour before whose fee is out of bounds.</summary>
    private static void Park(World world, int accounts) => world.Store.Write(session => world.Core.Usage.Keep(
        session,
        StoreState.Of(session),
        [.. Enumerable.Range(0, accounts).Where(IsParked).Select(i =>
            (new UsageCall("gw-1", $"dear-{i}", $"a{i}", World.Dear, World.Region, World.StartUs, 200, 1_000_000, null), (long)i + 1, World.StartUs,
                0L, false))]));
}
