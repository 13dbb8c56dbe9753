// Compares the result of a scenario with what its file expects. Only what the file names is compared; the notation is described in
// Scenarios/README.md. The answer is the list of differences, so that a failing row reports everything at once.
using System.Globalization;
using System.Text.Json;

namespace Settlement.Simulation.Tests.Expecting;

internal static class Expectation
{
    /// <summary>A key of an expected object that stands for "some property, whatever its name".</summary>
    public const string AnyProperty = "*";

    public static IReadOnlyList<string> Differences(JsonElement expected, JsonElement actual, string path = "$") => expected.ValueKind switch
    {
        JsonValueKind.Object when actual.ValueKind == JsonValueKind.Array => ArrayExpectation.Differences(expected, actual, path),
        JsonValueKind.Object => OfObject(expected, actual, path),
        JsonValueKind.Array => OfArray(expected, actual, path),
        _ => SameValue(expected, actual) ? [] : [Difference(path, expected, actual)],
    };

    public static bool Matches(JsonElement expected, JsonElement actual) => Differences(expected, actual).Count == 0;

    private static List<string> OfObject(JsonElement expected, JsonElement actual, string path)
    {
        if (actual.ValueKind != JsonValueKind.Object)
        {
            return [Difference(path, expected, actual)];
        }

        var differences = new List<string>();
        foreach (var property in expected.EnumerateObject())
        {
            var at = $"{path}.{property.Name}";
            if (property.NameEquals(AnyProperty))
            {
                if (!actual.EnumerateObject().Any(p => Matches(property.Value, p.Value)))
                {
                    differences.Add($"{at}: no property is {property.Value.GetRawText()} in {actual.GetRawText()}");
                }
            }
            else if (actual.TryGetProperty(property.Name, out var value))
            {
                differences.AddRange(Differences(property.Value, value, at));
            }
            else
            {
                differences.Add($"{at}: expected {property.Value.GetRawText()}, the property is missing");
            }
        }

        return differences;
    }

    private static List<string> OfArray(JsonElement expected, JsonElement actual, string path)
    {
        if (actual.ValueKind != JsonValueKind.Array || actual.GetArrayLength() != expected.GetArrayLength())
        {
            return [Difference(path, expected, actual)];
        }

        return [.. expected.EnumerateArray().Zip(actual.EnumerateArray())
            .SelectMany((pair, i) => Differences(pair.First, pair.Second, $"{path}[{i}]"))];
    }

    private static bool SameValue(JsonElement expected, JsonElement actual) =>
        expected.ValueKind == actual.ValueKind && expected.ValueKind switch
        {
            JsonValueKind.String => SameText(expected.GetString()!, actual.GetString()!),
            JsonValueKind.Number => expected.GetDecimal() == actual.GetDecimal(),
            _ => true,
        };

    private static bool SameText(string expected, string actual) =>
        IsDecimal(expected, out var wanted) && IsDecimal(actual, out var got) ? wanted == got
            : string.Equals(expected, actual, StringComparison.Ordinal);

    private static bool IsDecimal(string text, out decimal value) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);

    private static string Difference(string path, JsonElement expected, JsonElement actual) =>
        $"{path}: expected {Short(expected)}, was {Short(actual)}";

    private static string Short(JsonElement element)
    {
        var text = element.GetRawText();
        return text.Length <= 2000 ? text : string.Concat(text.AsSpan(0, 2000), " …");
    }
}
