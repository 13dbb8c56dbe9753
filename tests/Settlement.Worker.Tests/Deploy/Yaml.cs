using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Settlement.Worker.Tests.Deploy;

/// <summary>YAML as a tree of JSON nodes in which every scalar is a text; anchors and merge keys are resolved.</summary>
internal static class Yaml
{
    public static JsonNode Read(string file) => Documents(File.ReadAllText(file)).Single();

    public static IReadOnlyList<JsonNode> Documents(string text)
    {
        var parser = new MergingParser(new Parser(new StringReader(text)));
        var reader = new DeserializerBuilder().Build();
        var documents = new List<JsonNode>();
        parser.Consume<StreamStart>();
        while (!parser.Accept<StreamEnd>(out _))
        {
            if (Node(reader.Deserialize<object?>(parser)) is { } document)
                documents.Add(document);
        }

        return documents;
    }

    /// <summary>The texts of a list; of a map, its keys.</summary>
    public static IReadOnlyList<string> Texts(JsonNode? node) => node switch
    {
        null => [],
        JsonArray list => [.. list.Select(Text)],
        JsonObject map => [.. map.Select(m => m.Key)],
        _ => [Text(node)],
    };

    public static string Text(JsonNode? node) => node!.GetValue<string>();

    /// <summary>The text at the end of a path of keys.</summary>
    public static string TextAt(JsonNode node, params IEnumerable<string> path) => Text(path.Aggregate(node, (at, key) => at[key]!));

    /// <summary>Every node of a tree.</summary>
    public static IEnumerable<JsonNode> Within(JsonNode? node)
    {
        if (node is null)
            return [];
        var inside = node switch { JsonObject map => map.Select(m => m.Value), JsonArray list => list, _ => Enumerable.Empty<JsonNode?>() };
        return inside.SelectMany(Within).Prepend(node);
    }

    private static JsonNode? Node(object? value) => value switch
    {
        null => null,
        IDictionary<object, object> map => new JsonObject(map.Select(m => KeyValuePair.Create(m.Key.ToString()!, Node(m.Value)))),
        IList<object> list => new JsonArray([.. list.Select(Node)]),
        _ => JsonValue.Create(value.ToString()),
    };
}
