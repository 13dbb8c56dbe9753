// The wrapped forms in which an array can be expected: contains, has, anyOrder, count, none, where + are. All forms given must hold.
using System.Text.Json;

namespace Settlement.Simulation.Tests.Expecting;

internal static class ArrayExpectation
{
    public static IReadOnlyList<string> Differences(JsonElement expected, JsonElement actual, string path)
    {
        var elements = actual.EnumerateArray().ToArray();
        var differences = new List<string>();
        foreach (var form in expected.EnumerateObject())
        {
            differences.AddRange(form.Name switch
            {
                "contains" => InOrder(form.Value, elements, path),
                "has" => Distinct(form.Value, elements, path),
                "anyOrder" => AnyOrder(form.Value, elements, path),
                "count" => Count(form.Value, elements, path),
                "none" => None(form.Value, elements, path),
                "where" => Filtered(form.Value, expected.GetProperty("are"), elements, path),
                "are" when expected.TryGetProperty("where", out _) => [],
                // A typing error in a file must not pass as a fulfilled expectation.
                _ => throw new ArgumentException($"{path}: '{form.Name}' is no way to expect an array", nameof(expected)),
            });
        }

        return differences;
    }

    private static List<string> InOrder(JsonElement wanted, JsonElement[] elements, string path)
    {
        var next = 0;
        foreach (var want in wanted.EnumerateArray())
        {
            while (next < elements.Length && !Expectation.Matches(want, elements[next]))
            {
                next++;
            }

            if (next++ >= elements.Length)
            {
                return [$"{path}: does not contain (in this order) {want.GetRawText()}; {Listing(elements)}"];
            }
        }

        return [];
    }

    /// <summary>
    /// Each wanted element matches a different element, whatever the order (augmenting paths, so that no early choice can be wrong).
    /// </summary>
    private static List<string> Distinct(JsonElement wanted, JsonElement[] elements, string path)
    {
        var wants = wanted.EnumerateArray().ToArray();
        var takenBy = Enumerable.Repeat(-1, elements.Length).ToArray();
        for (var w = 0; w < wants.Length; w++)
        {
            if (!Place(w, new bool[elements.Length]))
            {
                return [$"{path}: nothing (left) to match {wants[w].GetRawText()}; {Listing(elements)}"];
            }
        }

        return [];

        bool Place(int w, bool[] tried)
        {
            for (var e = 0; e < elements.Length; e++)
            {
                if (tried[e] || !Expectation.Matches(wants[w], elements[e]))
                {
                    continue;
                }

                tried[e] = true;
                if (takenBy[e] < 0 || Place(takenBy[e], tried))
                {
                    takenBy[e] = w;
                    return true;
                }
            }

            return false;
        }
    }

    private static List<string> AnyOrder(JsonElement wanted, JsonElement[] elements, string path) =>
        wanted.GetArrayLength() == elements.Length
            ? Distinct(wanted, elements, path)
            : [$"{path}: expected {wanted.GetArrayLength()} elements, were {elements.Length}; {Listing(elements)}"];

    private static List<string> Count(JsonElement wanted, JsonElement[] elements, string path) =>
        wanted.GetInt32() == elements.Length ? [] : [$"{path}: expected {wanted.GetInt32()} elements, were {elements.Length}; {Listing(elements)}"];

    private static List<string> None(JsonElement unwanted, JsonElement[] elements, string path) =>
        [.. elements.Where(e => MatchesOne(unwanted, e)).Select(e => $"{path}: should not contain {e.GetRawText()}")];

    private static IReadOnlyList<string> Filtered(JsonElement where, JsonElement are, JsonElement[] elements, string path) =>
        Expectation.Differences(
            are, JsonSerializer.SerializeToElement(elements.Where(e => MatchesOne(where, e))), $"{path}(where {where.GetRawText()})");

    private static bool MatchesOne(JsonElement patterns, JsonElement element) =>
        patterns.ValueKind == JsonValueKind.Array
            ? patterns.EnumerateArray().Any(p => Expectation.Matches(p, element))
            : Expectation.Matches(patterns, element);

    private static string Listing(JsonElement[] elements)
    {
        const int shown = 30;
        var more = elements.Length > shown ? $"\n    … and {elements.Length - shown} more" : "";
        return "there is" + string.Concat(elements.Take(shown).Select(e => "\n    " + e.GetRawText())) + more;
    }
}
