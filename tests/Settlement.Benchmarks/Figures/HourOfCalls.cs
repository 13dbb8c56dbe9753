using Settlement.Benchmarks.Harness;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Storage;

namespace Settlement.Benchmarks.Figures;

/// <summary>
/// A store with one hour waiting to be closed. Either the calls are spread evenly over accounts and 3 APIs; a third of the accounts have a package
/// that covers its API, and a tenth have one that runs out within the hour. Or all calls are in one account with two projects and a package that runs
/// out, so that the order of single calls matters.
/// </summary>
internal static class HourOfCalls
{
    public static readonly long HourUs = World.StartUs + Instant.PerHourUs;

    /// <summary>When the hour is due.</summary>
    public static readonly long DueUs = HourUs + 2 * Instant.PerHourUs;

    private const int CallsATime = 200_000;

    public static void Make(string file, int calls, int accounts)
    {
        using var world = World.Create(file);
        world.OpenAccounts(accounts);
        world.Apply(Enumerable.Range(0, accounts).Where(HasPackage).Select(i => World.Buy(i, RunsOut(i) ? "small" : "large")));
        string?[] projects = accounts == 1 ? ["p1", "p2"] : [null];
        Fill(world, calls, accounts, HourUs, projects);
        world.Compact();
    }

    private static bool HasPackage(int account) => account % 30 < 10;

    private static bool RunsOut(int account) => account % 30 < 3;

    /// <summary>Calls of one hour, in the order in which they are clustered.</summary>
    /// <param name="of">Only of these accounts; what the others would have sent is left out.</param>
    /// <returns>How many there are.</returns>
    public static int Fill(World world, int calls, int accounts, long hourUs, string?[] projects, Func<int, bool>? of = null)
    {
        var scopes = accounts * World.Apis.Length;
        var stored = 0;
        foreach (var chunk in Calls(calls, accounts, scopes, hourUs, projects, of).Chunk(CallsATime))
        {
            world.Store.Write(session => world.Core.Usage.Keep(session, StoreState.Of(session), chunk));
            stored += chunk.Length;
        }

        if (of is null && stored != calls)
            throw new InvalidOperationException($"{stored} calls were stored, not {calls}.");
        return stored;
    }

    private static IEnumerable<(UsageCall Call, long AccountNo, long ArrivedUs, long Part, bool Waived)> Calls(
        int calls, int accounts, int scopes, long hourUs, string?[] projects, Func<int, bool>? of)
    {
        for (var scope = 0; scope < scopes; scope++)
        {
            var (account, api) = (scope % accounts, World.Apis[scope / accounts]);
            if (of?.Invoke(account) == false)
                continue;
            var here = calls / scopes + (scope < calls % scopes ? 1 : 0);
            for (var i = 0; i < here; i++)
            {
                var timeUs = hourUs + (long)i * Instant.PerHourUs / here;
                var call = new UsageCall("gw-1", $"{scope}-{i}", $"a{account}", api, World.Region, timeUs, i % 50 == 49 ? 500 : 200, 1,
                    projects[i % projects.Length]);
                // Accounts are numbered in the order in which they were opened.
                yield return (call, account + 1, timeUs, 0, false);
            }
        }
    }
}
