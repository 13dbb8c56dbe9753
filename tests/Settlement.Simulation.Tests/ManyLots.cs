// Case 21 needs 100,000 purchases. That is too many to write down, so its file only says how they are made ("manyLots").
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Settlement.Simulation.Tests;

internal static class ManyLots
{
    /// <summary>Inserts the purchases that `manyLots` asks for at their times.</summary>
    public static void AddTo(JsonArray timeline, JsonElement wanted)
    {
        var at = wanted.GetProperty("at").GetString()!;
        var place = timeline.TakeWhile(entry => string.CompareOrdinal(entry!["at"]!.GetValue<string>(), at) <= 0).Count();
        foreach (var purchase in Purchases(wanted, at))
        {
            timeline.Insert(place++, purchase);
        }
    }

    private static IEnumerable<JsonObject> Purchases(JsonElement wanted, string at)
    {
        var sooner = wanted.GetProperty("sooner").GetString()!;
        var packages = Enumerable.Range(0, wanted.GetProperty("lots").GetInt32()).Select(i => "L" + i.ToString("D6", CultureInfo.InvariantCulture))
            .ToArray();
        new Random(wanted.GetProperty("seed").GetInt32()).Shuffle(packages);
        return packages.Select(package => new JsonObject
        {
            ["at"] = at,
            ["buy-package"] = new JsonObject
            {
                ["account"] = "a1",
                ["offer"] = wanted.GetProperty(package == sooner ? "soonerOffer" : "offer").GetString(),
                ["package"] = package,
            },
        });
    }
}
