// The matcher judges every scenario, so above all it must be able to fail.
using System.Text.Json;
using Xunit;

namespace Settlement.Simulation.Tests.Expecting;

public sealed class Expectation_of_what_a_scenario_gives
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""")]
    [InlineData("""{}""", """{"a":1}""")]
    [InlineData("""{"a":{"b":"x"}}""", """{"a":{"b":"x","c":null}}""")]
    [InlineData("\"6\"", "\"6.00000000\"")]
    [InlineData("\"-0.50\"", "\"-0.5\"")]
    [InlineData("10", "10")]
    [InlineData("null", "null")]
    [InlineData("true", "true")]
    [InlineData("[]", "[]")]
    [InlineData("""[{"a":1},{"a":2}]""", """[{"a":1,"b":0},{"a":2}]""")]
    [InlineData("""{"contains":[1,3]}""", "[1,2,3]")]
    [InlineData("""{"contains":[]}""", "[]")]
    [InlineData("""{"contains":[1,1]}""", "[1,2,1]")]
    [InlineData("""{"has":[3,1]}""", "[1,2,3]")]
    [InlineData("""{"has":[{},{"a":1}]}""", """[{"a":1},{"a":2}]""")]
    [InlineData("""{"anyOrder":[{},{"a":1},{"b":1}]}""", """[{"a":1,"b":1},{"b":1},{"a":1}]""")]
    [InlineData("""{"count":2}""", "[1,2]")]
    [InlineData("""{"none":{"a":1}}""", """[{"a":2},{"b":1}]""")]
    [InlineData("""{"none":[{"a":1},{"a":3}]}""", """[{"a":2}]""")]
    [InlineData("""{"where":{"a":1},"are":[{"b":2}]}""", """[{"a":2,"b":1},{"a":1,"b":2}]""")]
    [InlineData("""{"where":[{"a":1},{"a":2}],"are":{"count":2}}""", """[{"a":1},{"a":2},{"a":3}]""")]
    [InlineData("""{"where":{"a":1},"are":[]}""", """[{"a":2}]""")]
    [InlineData("""{"*":"0.01"}""", """{"type":"x","short":"0.01"}""")]
    public void Holds(string expected, string actual) => Assert.Empty(Compare(expected, actual));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""")]
    [InlineData("""{"a":null}""", """{"b":1}""")]
    [InlineData("""{"a":null}""", """{"a":0}""")]
    [InlineData("""{"a":"x"}""", """{"a":null}""")]
    [InlineData("""{"a":1}""", "1")]
    [InlineData("\"6\"", "\"6.01\"")]
    [InlineData("\"6\"", "6")]
    [InlineData("6", "\"6\"")]
    [InlineData("\"P10\"", "\"P9\"")]
    [InlineData("\"a\"", "\"A\"")]
    [InlineData("true", "false")]
    [InlineData("\"1,000\"", "\"1000\"")]
    [InlineData("[]", "[1]")]
    [InlineData("[1]", "[]")]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("[1]", "[1,1]")]
    [InlineData("[1]", "1")]
    [InlineData("""{"contains":[3,1]}""", "[1,2,3]")]
    [InlineData("""{"contains":[1,1]}""", "[1,2]")]
    [InlineData("""{"contains":[4]}""", "[1,2,3]")]
    [InlineData("""{"has":[1,1]}""", "[1,2]")]
    [InlineData("""{"has":[{"a":1},{"a":1}]}""", """[{"a":1},{"a":2}]""")]
    [InlineData("""{"anyOrder":[1,2]}""", "[2,1,1]")]
    [InlineData("""{"anyOrder":[1,2]}""", "[2,3]")]
    [InlineData("""{"count":2}""", "[1]")]
    [InlineData("""{"none":{"a":1}}""", """[{"a":1,"b":1}]""")]
    [InlineData("""{"none":[{"a":1},{"a":3}]}""", """[{"a":3}]""")]
    [InlineData("""{"where":{"a":1},"are":[{"b":2}]}""", """[{"a":1,"b":3}]""")]
    [InlineData("""{"where":{"a":1},"are":[]}""", """[{"a":1}]""")]
    [InlineData("""{"contains":[1],"count":1}""", "[1,2]")]
    [InlineData("""{"contains":[1]}""", """{"contains":[1,2]}""")]
    [InlineData("""{"*":"0.01"}""", """{"type":"x","short":"0.02"}""")]
    public void Fails(string expected, string actual) => Assert.NotEmpty(Compare(expected, actual));

    [Theory]
    [InlineData("""{"contain":[1]}""")]
    [InlineData("""{"are":[1]}""")]
    [InlineData("""{"kind":"pay-per-use"}""")]
    public void An_unknown_way_to_expect_an_array_is_an_error_in_the_file(string expected) =>
        Assert.Throws<ArgumentException>(() => Compare(expected, "[1]"));

    [Fact]
    public void A_difference_names_the_place()
    {
        var difference = Assert.Single(Compare("""{"bill":[{"fee":"1"},{"fee":"2"}]}""", """{"bill":[{"fee":"1"},{"fee":"3"}]}"""));
        Assert.StartsWith("$.bill[1].fee:", difference, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Compare(string expected, string actual) =>
        Expectation.Differences(JsonSerializer.Deserialize<JsonElement>(expected), JsonSerializer.Deserialize<JsonElement>(actual));
}
