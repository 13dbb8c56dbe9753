using Settlement.Domain.Pricing;
using Settlement.Domain.Time;
using Xunit;
using static Settlement.Domain.Tests.Pricing.CatalogText;

namespace Settlement.Domain.Tests.Pricing;

public class CatalogJsonTests
{
    [Fact]
    public void A_good_catalog_is_read_as_it_stands()
    {
        var catalog = Parse(Good);

        Assert.Equal("CNY", catalog.Currency.Code);
        Assert.Equal(["passport", "general-table"], catalog.Apis);
        Assert.Equal(["cn-north-4"], catalog.Regions);
        Assert.Equal([new Tier(1000, 1_500_000_000), new Tier(5000, 1_200_000_000), new Tier(null, 1_000_000_000)], catalog.Prices[0].Tiers);
        Assert.Equal("2023-01-01T00:00:00+08:00", Zone.Show(catalog.Prices[0].FromUs));
        Assert.Equal([new Tier(null, 1)], catalog.Prices[1].Tiers);
        var changeUs = catalog.Offers[1].FromUs;
        Assert.Equal(
            new OfferEntry("passport-100k", "passport", "cn-north-4", 100_000, 3200_00000000, new Term(TermUnit.Years, 1), null, changeUs),
            catalog.Offers[0]);
        Assert.Equal(
            new OfferEntry("passport-100k", "passport", "cn-north-4", 90_000, 3200_50000000, new Term(TermUnit.Years, 1), changeUs, null),
            catalog.Offers[1]);
    }

    [Fact]
    public void Times_without_an_offset_are_in_the_billing_zone() =>
        Assert.Equal("2023-06-01T00:00:00+08:00", Zone.Show(Parse(Good).Prices[1].FromUs));

    [Fact]
    public void Prices_and_offers_may_be_absent()
    {
        var catalog = Parse("""{ "currency": "JPY", "apis": [], "regions": [] }""");
        Assert.Empty(catalog.Prices);
        Assert.Empty(catalog.Offers);
    }

    [Theory]
    [InlineData("\"CNY\"", "\"RMB\"", "currency: \"RMB\" is no currency code of ISO 4217")]
    [InlineData("\"CNY\"", "\"cny\"", "currency: \"cny\" is no currency code of ISO 4217")]
    [InlineData("\"CNY\"", "null", "currency: is missing")]
    [InlineData("\"currency\": \"CNY\", ", "", "currency: is missing")]
    [InlineData("\"CNY\"", "156", "currency: is a number, not a string")]
    [InlineData("\"apis\"", "\"api\"", "api: there is no such field|apis: is missing")]
    [InlineData("\"regions\": [\"cn-north-4\"]", "\"regions\": \"cn-north-4\"",
        "regions: is a string, not a list|prices[0].region: 'cn-north-4' is not listed in regions|prices[1].region: 'cn-north-4' is not listed in regions"
        + "|offers[0].region: 'cn-north-4' is not listed in regions|offers[1].region: 'cn-north-4' is not listed in regions")]
    [InlineData("\"general-table\"", "\"\"", "apis[1]: must not be empty")]
    [InlineData("\"general-table\"", "\" general-table\"", "apis[1]: must not begin or end with a space")]
    [InlineData("\"general-table\"", "\"general\\ttable\"", "apis[1]: must not hold control characters")]
    [InlineData("\"general-table\"", "\"\\ud800\"", "apis[1]: is not valid text")]
    [InlineData("\"general-table\"", "7", "apis[1]: is a number, not a string")]
    [InlineData("\"general-table\"", "\"passport\"", "apis[1]: 'passport' is listed twice")]
    [InlineData("\"currency\": ", "\"\\ud800\": 1, \"currency\": ", "has a field whose name is not valid text")]
    [InlineData("\"currency\": ", "\"currency\": \"EUR\", \"currency\": ", "currency: is given twice")]
    public void A_fault_at_the_top_is_reported_with_its_path(string piece, string other, string expected) => Refused(With(piece, other), expected);

    [Theory]
    [InlineData("\"from\": \"2023-06-01T00:00:00\"", "\"from\": \"2023-06-01T00:30:00\"", "prices[1].from: \"2023-06-01T00:30:00\" is not on a whole hour")]
    [InlineData("\"from\": \"2023-06-01T00:00:00\"", "\"from\": \"2023-06-01T00:00:00.000001\"", "prices[1].from: \"2023-06-01T00:00:00.000001\" is not on a whole hour")]
    [InlineData("\"from\": \"2023-06-01T00:00:00\"", "\"from\": \"2023-06-01T00:00:00+05:30\"", "prices[1].from: \"2023-06-01T00:00:00+05:30\" is not on a whole hour")]
    [InlineData("\"from\": \"2023-06-01T00:00:00\"", "\"from\": \"June\"", "prices[1].from: \"June\" is not a time such as 2023-01-01T00:00:00+08:00")]
    [InlineData("\"from\": \"2023-06-01T00:00:00\"", "\"from\": \"0001-01-01T00:00:00\"", "prices[1].from: \"0001-01-01T00:00:00\" is not a time such as 2023-01-01T00:00:00+08:00")]
    [InlineData("\"from\": \"2023-06-01T00:00:00\"", "\"from\": null", "prices[1].from: is missing")]
    [InlineData("\"from\": \"2023-06-01T00:00:00\"", "\"from\": \"2022-12-31T16:00:00Z\"",
        "prices[1].from: prices[0] already has a list for passport in cn-north-4 from 2023-01-01T00:00:00+08:00")]
    [InlineData("[ { \"unitPrice\": \"0.0000000001\" } ]", "[]", "prices[1].tiers: has no tier")]
    [InlineData("[ { \"unitPrice\": \"0.0000000001\" } ]", "null", "prices[1].tiers: is missing")]
    [InlineData("[ { \"unitPrice\": \"0.0000000001\" } ]", "[ 0.1 ]", "prices[1].tiers[0]: is a number, not an object")]
    [InlineData("\"upTo\": 5000", "\"upTo\": 1000", "prices[0].tiers[1].upTo: 1000 is not above the tier before")]
    [InlineData("\"upTo\": 5000", "\"upTo\": 999", "prices[0].tiers[1].upTo: 999 is not above the tier before")]
    [InlineData("\"upTo\": 5000", "\"upTo\": 5000.5", "prices[0].tiers[1].upTo: 5000.5 is not a positive whole number")]
    [InlineData("\"upTo\": 5000", "\"upTo\": \"5000\"", "prices[0].tiers[1].upTo: \"5000\" is not a positive whole number")]
    [InlineData("\"upTo\": 1000,", "\"upTo\": 0,", "prices[0].tiers[0].upTo: 0 is not a positive whole number")]
    [InlineData("\"upTo\": 1000,", "\"upTo\": -5,", "prices[0].tiers[0].upTo: -5 is not a positive whole number")]
    [InlineData("\"upTo\": 1000,", "", "prices[0].tiers[0].upTo: is missing: only the last tier has no end")]
    [InlineData("{ \"unitPrice\": \"0.10\" }", "{ \"upTo\": 9000, \"unitPrice\": \"0.10\" }", "prices[0].tiers[2].upTo: the last tier has no end")]
    [InlineData("\"0.12\"", "\"0.00000000001\"", "prices[0].tiers[1].unitPrice: \"0.00000000001\" is not a decimal number from 0 to 100,000,000 with at most 10 decimals")]
    [InlineData("\"0.12\"", "\"-0.12\"", "prices[0].tiers[1].unitPrice: \"-0.12\" is not a decimal number from 0 to 100,000,000 with at most 10 decimals")]
    [InlineData("\"0.12\"", "\"1e-2\"", "prices[0].tiers[1].unitPrice: \"1e-2\" is not a decimal number from 0 to 100,000,000 with at most 10 decimals")]
    [InlineData("\"0.12\"", "0.12", "prices[0].tiers[1].unitPrice: is a number, not a decimal string such as \"0.15\"")]
    [InlineData("\"upTo\": 5000", "\"upto\": 5000", "prices[0].tiers[1].upto: there is no such field|prices[0].tiers[1].upTo: is missing: only the last tier has no end")]
    public void A_fault_in_a_price_list_is_reported_with_its_path(string piece, string other, string expected) =>
        Refused(With(piece, other), expected);

    [Theory]
    [InlineData("\"calls\": 90000", "\"calls\": 0", "offers[1].calls: 0 is not a positive whole number up to 1,000,000,000,000")]
    [InlineData("\"calls\": 90000", "\"calls\": 1000000000001", "offers[1].calls: 1000000000001 is not a positive whole number up to 1,000,000,000,000")]
    [InlineData("\"3200.50\"", "\"3200.505\"", "offers[1].price: \"3200.505\" is not in whole minor units of CNY, which has 2 decimals")]
    [InlineData("\"3200.50\"", "\"-1\"", "offers[1].price: \"-1\" is not a decimal number from 0 to 10,000,000,000")]
    [InlineData("\"3200.50\"", "\"10000000000.01\"", "offers[1].price: \"10000000000.01\" is not a decimal number from 0 to 10,000,000,000")]
    [InlineData("\"3200.50\"", "3200.5", "offers[1].price: is a number, not a decimal string such as \"0.15\"")]
    [InlineData("\"to\": \"2023-07-01T00:00:00\"", "\"to\": \"2023-07-01T00:00:01\"", "offers[1].from: begins before offers[0] of the same offer ends")]
    [InlineData("\"to\": \"2023-07-01T00:00:00\"", "\"to\": null", "offers[1].from: begins before offers[0] of the same offer ends")]
    [InlineData("\"from\": null, \"to\"", "\"from\": \"2023-07-01T00:00:00\", \"to\"", "offers[0].to: is not after from")]
    [InlineData("\"from\": \"2023-07-01T00:00:00+08:00\"", "\"from\": \"2023-07-01T00:00:00+08:00\", \"price \": \"1\"", "offers[1].price : there is no such field")]
    public void A_fault_in_an_offer_is_reported_with_its_path(string piece, string other, string expected) => Refused(With(piece, other), expected);

    [Theory]
    [InlineData("P1Y2M")]
    [InlineData("1Y")]
    [InlineData("P0D")]
    [InlineData("PT1H")]
    public void A_term_has_one_unit(string term) =>
        Refused(
            Offer($$"""{ "offer": "o", "api": "passport", "region": "r", "calls": 1, "price": "0", "term": "{{term}}" }"""),
            $"offers[0].term: \"{term}\" is not a term of one unit such as P1Y, P1M, P2W or P30D");

    [Fact]
    public void Prices_and_offers_name_listed_apis_and_regions() =>
        Refused(
            Offer("""{ "offer": "o", "api": "visa", "region": "moon", "calls": 1, "price": "0", "term": "P1D" }"""),
            "offers[0].api: 'visa' is not listed in apis|offers[0].region: 'moon' is not listed in regions");

    [Fact]
    public void Entries_of_one_offer_cover_one_scope() =>
        Refused(
            Offer("""
                { "offer": "o", "api": "passport", "region": "r", "calls": 1, "price": "0", "term": "P1D", "to": "2023-01-01T00:00:00" },
                { "offer": "o", "api": "card", "region": "s", "calls": 1, "price": "0", "term": "P1D", "from": "2023-01-01T00:00:00" }
                """),
            "offers[1].api: differs from offers[0]: entries of one offer are for one API in one region"
            + "|offers[1].region: differs from offers[0]: entries of one offer are for one API in one region");

    [Fact]
    public void A_long_entry_is_held_against_every_later_one() =>
        Refused(
            Offer("""
                { "offer": "o", "api": "card", "region": "r", "calls": 1, "price": "0", "term": "P1D", "to": "2024-01-01T00:00:00" },
                { "offer": "o", "api": "card", "region": "r", "calls": 1, "price": "0", "term": "P1D", "from": "2023-01-01T00:00:00", "to": "2023-02-01T00:00:00" },
                { "offer": "o", "api": "card", "region": "r", "calls": 1, "price": "0", "term": "P1D", "from": "2023-03-01T00:00:00" }
                """),
            "offers[1].from: begins before offers[0] of the same offer ends|offers[2].from: begins before offers[0] of the same offer ends");

    [Fact]
    public void Every_fault_is_reported_at_once_under_the_path_of_the_root()
    {
        var json = Good.Replace("\"CNY\"", "\"XXX\"", StringComparison.Ordinal).Replace("\"0.12\"", "\"x\"", StringComparison.Ordinal)
            .Replace("\"calls\": 90000", "\"calls\": 1.5", StringComparison.Ordinal);
        var (catalog, faults) = Read(json, "catalog");
        Assert.Null(catalog);
        Assert.Equal(["catalog.currency", "catalog.prices[0].tiers[1].unitPrice", "catalog.offers[1].calls"], faults.Select(f => f.Split(": ")[0]));
    }

    [Theory]
    [InlineData("", "is not JSON: ")]
    [InlineData("{", "is not JSON: ")]
    [InlineData("[]", "is a list, not an object")]
    [InlineData("{} {}", "is not JSON: ")]
    public void A_file_that_is_no_JSON_object_is_refused(string json, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Read(json).Faults), StringComparison.Ordinal);

    [Fact]
    public void A_long_name_is_refused_and_one_of_128_characters_is_not()
    {
        Assert.Empty(Read($$"""{ "currency": "CNY", "apis": ["{{new string('x', 128)}}"], "regions": [] }""").Faults);
        Refused($$"""{ "currency": "CNY", "apis": ["{{new string('x', 129)}}"], "regions": [] }""", "apis[0]: must not be longer than 128 characters");
    }

    [Fact]
    public void What_is_written_reads_as_the_same_catalog_and_is_written_the_same_again()
    {
        var text = CatalogJson.Write(Parse(Good), Zone);
        Assert.Equal(text, CatalogJson.Write(Parse(text), Zone));
        Assert.Contains("\"price\": \"3200.00\"", text, StringComparison.Ordinal);
        Assert.Contains("\"unitPrice\": \"0.10\"", text, StringComparison.Ordinal);
        Assert.Contains("\"unitPrice\": \"0.0000000001\"", text, StringComparison.Ordinal);
        Assert.Contains("\"to\": \"2023-07-01T00:00:00+08:00\"", text, StringComparison.Ordinal);
        Assert.Contains("2022-12-31T16:00:00+00:00", CatalogJson.Write(Parse(Good)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_of_a_file_does_not_show_in_what_is_written() =>
        Assert.Equal(
            CatalogJson.Write(Parse("""{ "currency": "CNY", "apis": ["a", "b"], "regions": ["r", "s"] }""")),
            CatalogJson.Write(Parse("""{ "regions": ["s", "r"], "apis": ["b", "a"], "currency": "CNY" }""")));

    private static string Offer(string offers) =>
        $$"""{ "currency": "CNY", "apis": ["passport", "card"], "regions": ["r", "s"], "offers": [ {{offers}} ] }""";

    private static void Refused(string json, string expected)
    {
        var (catalog, faults) = Read(json);
        Assert.Null(catalog);
        Assert.Equal(expected, string.Join('|', faults));
    }
}
