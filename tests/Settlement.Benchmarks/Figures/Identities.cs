using Settlement.Benchmarks.Harness;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine.Usage;

namespace Settlement.Benchmarks.Figures;

/// <summary>
/// Storing events when many identities are already stored, compared with storing the first ones; with time-ordered ids and with random ones.
/// </summary>
internal static class Identities
{
    /// <summary>The clock for time-ordered ids: one microsecond per id, never backwards.</summary>
    private static long lastId;

    public static async Task RunAsync(Sizes sizes)
    {
        await OneAsync(sizes, "time-ordered ids (UUID version 7)", us => Guid.CreateVersion7(Instant.ToUtc(us)).ToString(), 0.9);
        await OneAsync(sizes, "random ids (UUID version 4)", _ => Guid.NewGuid().ToString(), 0.6);
    }

    private static async Task OneAsync(Sizes sizes, string kind, Func<long, string> newId, double asked)
    {
        using var scratch = new Scratch(sizes);
        var (stored, step, batch) = (sizes.Number("stored", 20_000_000), sizes.Number("step", 1_000_000), sizes.Number("batch", 10_000));
        var template = Broker.Template(scratch);
        var full = scratch.CopyOf(template, "full");
        Fill(full, stored, newId);
        // The calls of each round are in a different hour, as they would be when time passes.
        var hoursAgo = 0;
        await Interleaved.RunAsync(
            $"identities: {kind}, {batch:N0} events a transaction", sizes.Rounds, step, "events",
            new Timed($"the first {step:N0} events of a store", () =>
            {
                var first = scratch.CopyOf(template, "first");
                var taken = StoreSome(first, step, batch, newId, 0);
                Scratch.Delete(first);
                return taken;
            }),
            new Timed($"{step:N0} more when {stored:N0} are stored", () => StoreSome(full, step, batch, newId, ++hoursAgo)),
            Asked.RateAtLeast(asked));
    }

    private static Taken StoreSome(string file, int events, int batch, Func<long, string> newId, int hoursAgo)
    {
        using var world = World.Open(file, Instant.OfUs(DateTimeOffset.UtcNow));
        var arrivals = Arrivals(events, newId, hoursAgo).Chunk(batch).ToList();
        var taken = Watch.Time(() =>
        {
            foreach (var chunk in arrivals)
                world.Core.Usage.Store(chunk);
        });
        world.Compact();
        return taken;
    }

    /// <summary>Stores only identities: their calls would be elsewhere in their own table, in hours closed long ago.</summary>
    private static void Fill(string file, int stored, Func<long, string> newId)
    {
        using var world = World.Open(file, Instant.OfUs(DateTimeOffset.UtcNow));
        foreach (var chunk in Arrivals(stored, newId, 0).Chunk(500_000))
        {
            var claims = chunk.Select(a => a.Event.Call!).Select(UsageArrivals.IdentityOf).ToList();
            world.Store.Write(session => world.Store.Engine.ClaimIdentities(session, claims));
        }

        world.Compact();
    }

    private static IEnumerable<Arrival> Arrivals(int events, Func<long, string> newId, int hoursAgo)
    {
        var random = new Random(1);
        var nowUs = Instant.OfUs(DateTimeOffset.UtcNow);
        for (var i = 0; i < events; i++)
        {
            var timeUs = nowUs - hoursAgo * Instant.PerHourUs - random.NextInt64(Instant.PerHourUs);
            var call = new UsageCall("gw-1", newId(lastId = Math.Max(nowUs, lastId + 1)), $"a{random.Next(Broker.Accounts)}", World.Apis[i % 3],
                World.Region, timeUs, 200, 1, null);
            yield return new Arrival(ReadEvent.Of(call), nowUs);
        }
    }
}
