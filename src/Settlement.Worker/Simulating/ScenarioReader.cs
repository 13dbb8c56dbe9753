using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Settlement.Domain.Commands;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;

namespace Settlement.Worker.Simulating;

/// <summary>
/// Reads scenario files. The first bad field is named by its path. A command with a bad field does not make the file unreadable: it is refused when
/// its time comes.
/// </summary>
internal static class ScenarioReader
{
    private static readonly string[] Parts = ["settings", "catalog", "timeline", "until"];

    public static Scenario Read(string json)
    {
        using var document = Parse(json);
        var root = new ScenarioNode(document.RootElement, "").Object();
        root.Only(Parts);
        var settings = root.Optional("settings") is { } s ? Settings(s) : BillingSettings.Default;
        var catalog = ReadCatalog(root.Required("catalog"), settings.TimeZone);
        var actions = new List<ScenarioAction>();
        foreach (var (entry, index) in root.Required("timeline").Items().Select((e, i) => (e, i)))
            actions.Add(Action(entry.Object(), index, settings.TimeZone));
        RefuseHiddenShows(actions);
        return new Scenario(settings, catalog, actions, root.Required("until").Instant(settings.TimeZone));
    }

    private static JsonDocument Parse(string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new UnreadableScenarioException("$", $"is not JSON: {e.Message}");
        }
    }

    private static BillingSettings Settings(ScenarioNode node)
    {
        var pairs = new List<KeyValuePair<string, string?>>();
        Flatten(node.Object(), "", pairs);
        var faults = new List<SettingFault>();
        var settings = BillingSettingsReader.Read(pairs, "", faults);
        if (faults.Count > 0)
            throw new UnreadableScenarioException("settings." + faults[0].Path.Replace(':', '.'), faults[0].Cause);
        return settings;
    }

    private static void Flatten(ScenarioNode node, string prefix, List<KeyValuePair<string, string?>> pairs)
    {
        foreach (var (name, value) in node.Properties())
        {
            if (value.Json.ValueKind == JsonValueKind.Object)
                Flatten(value, $"{prefix}{name}:", pairs);
            else
                pairs.Add(new KeyValuePair<string, string?>(prefix + name, value.Json.ToString()));
        }
    }

    private static Catalog ReadCatalog(ScenarioNode node, BillingZone zone)
    {
        var faults = new List<CatalogFault>();
        return CatalogJson.Read(node.Json.GetRawText(), "catalog", zone, faults)
            ?? throw new UnreadableScenarioException(faults[0].Path, faults[0].Cause);
    }

    private static ScenarioAction Action(ScenarioNode entry, int index, BillingZone zone)
    {
        var at = entry.Required("at").Instant(zone);
        var actions = entry.Properties().Where(p => p.Name != "at").ToList();
        if (actions.Count != 1)
            throw new UnreadableScenarioException(entry.Path, $"has {actions.Count} actions, not one");
        var (name, value) = actions[0];
        return name switch
        {
            "usage" => new UsageAction(index, at, Usage(value.Object(), index, at, zone)),
            "outage" => Outage(value.Object(), index, at, zone),
            "show" => new ShowAction(index, at, value.Text()),
            _ when CommandType.All.Contains(name, StringComparer.Ordinal) =>
                new CommandAction(index, at, CommandBody(value.Object(), name, index, at)),
            _ => throw new UnreadableScenarioException(value.Path, "is not an action"),
        };
    }

    private static string CommandBody(ScenarioNode node, string type, int index, long at)
    {
        var body = JsonNode.Parse(node.Json.GetRawText())!.AsObject();
        body["type"] = type;
        body["at"] = Instant.Show(at, 0);
        if (!body.ContainsKey("id"))
            body["id"] = string.Create(CultureInfo.InvariantCulture, $"timeline-{index}");
        return body.ToJsonString();
    }

    private static OutageAction Outage(ScenarioNode node, int index, long at, BillingZone zone)
    {
        node.Only(["until"]);
        var until = node.Required("until");
        var untilUs = until.Instant(zone);
        return untilUs > at ? new OutageAction(index, at, untilUs)
            : throw new UnreadableScenarioException(until.Path, "is not after the outage begins");
    }

    private static UsageStory Usage(ScenarioNode node, int index, long at, BillingZone zone)
    {
        node.Only(["account", "api", "region", "calls", "until", "count", "status", "project", "source", "id", "delivered", "times"]);
        var until = node.Optional("until");
        var untilUs = until?.Instant(zone);
        if (untilUs < at)
            throw new UnreadableScenarioException(until!.Path, "is before the first call");
        return new UsageStory(
            node.Required("account").Text(),
            node.Required("api").Text(),
            node.Required("region").Text(),
            node.Optional("source")?.Text() ?? "scenario",
            node.Optional("id")?.Text() ?? string.Create(CultureInfo.InvariantCulture, $"usage-{index}"),
            node.Optional("project")?.Text(),
            node.Optional("status")?.Whole(long.MinValue, long.MaxValue) ?? 200,
            node.Optional("count")?.Whole(long.MinValue, long.MaxValue) ?? 1,
            at,
            untilUs,
            node.Required("calls").Whole(1, 100_000_000),
            node.Optional("delivered")?.Instant(zone),
            node.Optional("times")?.Whole(1, 1000) ?? 1);
    }

    private static void RefuseHiddenShows(List<ScenarioAction> actions)
    {
        var outages = actions.OfType<OutageAction>().ToList();
        var labels = new HashSet<string>(StringComparer.Ordinal);
        foreach (var show in actions.OfType<ShowAction>())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"timeline[{show.Index}].show");
            if (outages.Exists(o => show.AtUs < o.UntilUs && (show.AtUs > o.AtUs || (show.AtUs == o.AtUs && show.Index > o.Index))))
                throw new UnreadableScenarioException(path, "is inside an outage, when there is no worker to show anything");
            if (!labels.Add(show.Label))
                throw new UnreadableScenarioException(path, $"the label '{show.Label}' is used twice");
        }
    }
}
