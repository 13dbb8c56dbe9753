using System.Numerics;
using System.Text.Json;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;

namespace Settlement.Simulation.Tests.Properties;

/// <summary>One entry of a time line: the name of the action and its body.</summary>
internal sealed record StoryAction(long AtUs, string Name, Dictionary<string, object?> Body)
{
    public T? Get<T>(string field) => Body.TryGetValue(field, out var value) ? (T?)value : default;

    public long? Us(string field) => Get<string>(field) is { } text && Instant.TryParse(text, out var us) ? us : null;

    public override string ToString() => JsonSerializer.Serialize(ToJson());

    public Dictionary<string, object?> ToJson() => new(StringComparer.Ordinal) { ["at"] = Instant.Show(AtUs, 0), [Name] = Body };
}

/// <summary>A story generated for random tests. Its time line is ordered by time, then by position in the file.</summary>
internal sealed record Story(Dictionary<string, object?> Settings, IReadOnlyList<StoryAction> Timeline, long UntilUs)
{
    public const string Catalog = """
        { "currency": "CNY", "apis": ["p", "q"], "regions": ["r", "s"],
          "prices": [
            { "api": "p", "region": "r", "from": "2023-01-01T00:00:00+08:00", "tiers": [ { "upTo": 20, "unitPrice": "0.0333333333" }, { "upTo": 60, "unitPrice": "0.07" }, { "unitPrice": "0.011" } ] },
            { "api": "p", "region": "r", "from": "2023-05-01T03:00:00+08:00", "tiers": [ { "upTo": 30, "unitPrice": "0.25" }, { "unitPrice": "0.1111111111" } ] },
            { "api": "p", "region": "s", "from": "2023-04-28T00:00:00+08:00", "tiers": [ { "unitPrice": "1.005" } ] } ],
          "offers": [
            { "offer": "day", "api": "p", "region": "r", "calls": 10, "price": "3", "term": "P1D" },
            { "offer": "two", "api": "p", "region": "r", "calls": 25, "price": "5", "term": "P2D" },
            { "offer": "week", "api": "p", "region": "s", "calls": 40, "price": "8", "term": "P1W", "to": "2023-05-02T00:00:00+08:00" },
            { "offer": "small", "api": "p", "region": "s", "calls": 6, "price": "1.50", "term": "P1D", "to": "2023-04-30T00:00:00+08:00" },
            { "offer": "small", "api": "p", "region": "s", "calls": 7, "price": "2", "term": "P3D", "from": "2023-04-30T00:00:00+08:00" },
            { "offer": "free", "api": "q", "region": "r", "calls": 8, "price": "2", "term": "P3D" } ] }
        """;

    public string Json => JsonSerializer.Serialize(new
    {
        settings = Settings,
        catalog = JsonSerializer.Deserialize<JsonElement>(Catalog),
        timeline = Timeline.Select(a => a.ToJson()),
        until = Instant.Show(UntilUs, 0),
    });

    public override string ToString() => $"{{ \"settings\": {JsonSerializer.Serialize(Settings)}, \"catalog\": …, \"timeline\": [\n{string.Join(",\n", Timeline)} ],\n\"until\": \"{Instant.Show(UntilUs, 0)}\" }}";

    /// <summary>Every event of the story once. If several have the same identity, the first that arrives, as in 7.1.</summary>
    public List<UsageCall> FirstOfEachIdentity() => Timeline
        .SelectMany((a, index) =>
            a.Name == "usage" ? Events(a).Select((e, i) => (Call: e, Arrives: a.Us("delivered") ?? e.TimeUs, Index: index, I: i)) : [])
        .OrderBy(e => e.Arrives).ThenBy(e => e.Index).ThenBy(e => e.I)
        .Select(e => e.Call).DistinctBy(e => (e.Source, e.Id)).ToList();

    private static IEnumerable<UsageCall> Events(StoryAction usage)
    {
        var calls = usage.Get<int>("calls");
        var until = usage.Us("until") ?? usage.AtUs;
        for (var i = 0; i < calls; i++)
        {
            var time = usage.AtUs + (long)((BigInteger)i * (until - usage.AtUs) / calls);
            yield return new UsageCall(
                "scenario", $"{usage.Get<string>("id")}-{i}", usage.Get<string>("account")!, usage.Get<string>("api")!,
                usage.Get<string>("region")!, time,
                usage.Get<int>("status"), usage.Get<int>("count"), usage.Get<string>("project"));
        }
    }
}
