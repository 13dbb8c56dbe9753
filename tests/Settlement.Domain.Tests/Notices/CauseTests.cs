using CsCheck;
using Settlement.Domain.Notices;
using Xunit;

namespace Settlement.Domain.Tests.Notices;

public sealed class CauseTests
{
    private static readonly Gen<string[]> Parts = Gen.Char["|\\a\"1"].Array[0, 4].Select(c => new string(c)).Array[1, 4];

    [Fact]
    public void Two_lists_of_parts_give_one_text_only_if_they_are_the_same() => Property.Holds(
        Gen.Select(Parts, Parts), 20_000, (one, two) => Assert.Equal(one.SequenceEqual(two), Of(one) == Of(two)));

    [Fact]
    public void Of_all_short_lists_each_has_a_text_of_its_own()
    {
        string[] texts = ["", "|", "\\", "a", "||", "|\\", "\\|", "\\\\", "a|", "|a", "a\\", "\\a"];
        var lists = texts.Select(a => new[] { a })
            .Concat(texts.SelectMany(a => texts.Select(b => new[] { a, b })))
            .Concat(texts.SelectMany(a => texts.SelectMany(b => texts.Select(c => new[] { a, b, c })))).ToList();
        Assert.Equal(lists.Count, lists.Select(Of).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("a|b", "c", "a", "b|c")]
    [InlineData("a\\", "b", "a", "\\b")]
    [InlineData("a\\|b", "c", "a|b", "\\c")]
    public void Names_that_run_together_are_told_apart(string api, string region, string otherApi, string otherRegion) =>
        Assert.NotEqual(
            Notice.IdOf(NoticeName.PackageLow, Cause.Of("x", api, region)), Notice.IdOf(NoticeName.PackageLow, Cause.Of("x", otherApi, otherRegion)));

    [Fact]
    public void A_cause_that_is_a_part_is_not_the_parts_it_was_made_of() =>
        Assert.NotEqual(Cause.Of(Cause.Of("a", "b"), "c"), Cause.Of("a", "b", "c"));

    [Fact]
    public void The_same_cause_has_the_same_id_always() =>
        Assert.Equal("closing|a\\|b|489912001", Cause.OfClosing("a|b", new Domain.Time.SettleSlot(489_912_001)));

    private static string Of(string[] parts) => Cause.Of(Array.ConvertAll(parts, p => (CausePart)p));
}
