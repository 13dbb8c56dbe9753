using Settlement.Domain.Pricing;
using Settlement.Domain.Time;
using Xunit;
using static Settlement.Domain.Tests.Pricing.CatalogText;

namespace Settlement.Domain.Tests.Pricing;

public class CatalogChangeTests
{
    private const string First = """{ "api": "passport", "region": "cn-north-4", "from": "2023-01-01T00:00:00+08:00",""";

    [Fact]
    public void The_same_catalog_may_follow_itself() => Assert.Empty(Judge(Good));

    [Fact]
    public void The_currency_stays() => Assert.Equal(["currency: the store is kept in CNY, which can't change"], Judge(With("\"CNY\"", "\"EUR\"")));

    [Fact]
    public void A_price_list_is_not_edited_in_place() =>
        Assert.Equal(
            ["prices[0].tiers: differ from the store's for passport in cn-north-4 from 2023-01-01T00:00:00+08:00; a price list is never edited, only followed by another"],
            Judge(With("\"0.12\"", "\"0.11\"")));

    [Fact]
    public void A_price_list_is_not_moved_either() =>
        Assert.Equal(
            ["prices: the list for passport in cn-north-4 from 2023-06-01T00:00:00+08:00 is left out; a price list is never taken back, only followed by another"],
            Judge(With("2023-06-01T00:00:00", "2023-07-01T00:00:00")));

    [Fact]
    public void A_list_may_follow_the_last_one() => Assert.Empty(Judge(Adding("2023-06-01T01:00:00")));

    [Fact]
    public void A_list_between_others_is_refused() =>
        Assert.Equal(
            ["prices[0].from: a new list for passport in cn-north-4 from 2023-03-01T00:00:00+08:00 would change the one in force then; it must start after 2023-06-01T00:00:00+08:00"],
            Judge(Adding("2023-03-01T00:00:00")));

    [Fact]
    public void A_list_before_the_first_fills_a_gap_even_in_closed_hours() =>
        Assert.Empty(Judge(Adding("2022-01-01T00:00:00"), closedThrough: "2024-01-01T00:00:00"));

    [Fact]
    public void A_list_of_a_new_scope_may_start_at_any_time() =>
        Assert.Empty(
            Judge(Good.Replace(First, NewList("general-table", "2022-01-01T00:00:00") + First, StringComparison.Ordinal),
            closedThrough: "2024-01-01T00:00:00"));

    [Theory]
    [InlineData("2023-07-31T23:00:00", true)]
    [InlineData("2023-08-01T00:00:00", true)]
    [InlineData("2023-08-01T01:00:00", false)]
    public void A_following_list_does_not_start_in_a_closed_hour(string from, bool refused)
    {
        var faults = Judge(Adding(from), closedThrough: "2023-08-01T00:00:00");
        if (refused)
            Assert.EndsWith("would start in a closed hour; the first open one starts 2023-08-01T01:00:00+08:00", Assert.Single(faults),
                StringComparison.Ordinal);
        else
            Assert.Empty(faults);
    }

    [Fact]
    public void Offers_change_price_calls_and_end_freely() =>
        Assert.Empty(Judge(With("\"calls\": 90000, \"price\": \"3200.50\", \"term\": \"P1Y\",", "\"calls\": 5, \"price\": \"1\", \"term\": \"P2W\", \"to\": \"2023-09-01T00:00:00\",")));

    [Fact]
    public void An_offer_is_withdrawn_not_left_out() =>
        Assert.Equal(
            ["offers: 'passport-100k' is left out; packages are renewed by it: withdraw it with a \"to\""],
            Judge(Good.Replace("passport-100k", "passport-200k", StringComparison.Ordinal)));

    private static string NewList(string api, string from) =>
        $$"""{ "api": "{{api}}", "region": "cn-north-4", "from": "{{from}}", "tiers": [ { "unitPrice": "1" } ] }, """;

    private static string Adding(string from) => Good.Replace(First, NewList("passport", from) + First, StringComparison.Ordinal);

    private static List<string> Judge(string next, string closedThrough = "2023-01-01T00:00:00")
    {
        Assert.True(Instant.TryParse(closedThrough, out var us, Zone.Offset));
        return CatalogChange.Judge(Parse(Good), Parse(next), BillingHour.Of(us), Zone).ConvertAll(f => f.ToString());
    }
}
