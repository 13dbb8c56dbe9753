using System.Text;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Worker.Ingest;
using Xunit;

namespace Settlement.Worker.Tests.Ingest;

public class UsageReaderTests
{
    private const string Event = """{"id":"e1","source":"gw","account":"a1","api":"passport","region":"cn-north-4","time":"2023-04-18T15:30:00.1234567+08:00","status":200}""";

    private const string CloudEvent = """
        {"specversion":"1.0","type":"ocr.api.call","id":"e1","source":"gw","subject":"a1","time":"2023-04-18T07:30:00Z",
         "datacontenttype":"application/json","data":{"api":"passport","region":"cn-north-4","status":404,"count":7,"project":"x"}}
        """;

    private static List<ReadEvent> Read(string body, string? contentType = "application/json") =>
        UsageReader.Read(Encoding.UTF8.GetBytes(body), contentType);

    private static MalformedCall Malformed(string body, string? contentType = "application/json")
    {
        var only = Assert.Single(Read(body, contentType));
        Assert.Null(only.Call);
        return only.Malformed!;
    }

    private static string With(string field, string json) =>
        Event[..^1].Replace($"\"{field}\":", $"\"was-{field}\":", StringComparison.Ordinal) + $",\"{field}\":{json}}}";

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=utf-8")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("no content type at all;;")]
    public void One_event_is_read_whatever_its_plain_content_type(string? contentType)
    {
        var call = Assert.Single(Read(Event, contentType)).Call;
        Assert.True(Instant.TryParse("2023-04-18T07:30:00.123456Z", out var us));
        Assert.Equal(new UsageCall("gw", "e1", "a1", "passport", "cn-north-4", us, 200, 1, null), call);
    }

    [Theory]
    [InlineData("{\"events\":[{0},{0}],\"sent\":[1]}")]
    [InlineData("{\"sent\":{\"events\":[]},\"id\":5,\"events\":[{0},{0}]}")]
    [InlineData("[{0},{0}]")]
    [InlineData("\uFEFF [{0} ,\n {0}] ")]
    public void Many_events_come_as_an_array_or_under_events(string shape) =>
        Assert.Equal(["e1", "e1"], Read(shape.Replace("{0}", Event, StringComparison.Ordinal)).Select(e => e.Call!.Id));

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"events\":[]}")]
    public void An_empty_batch_is_nothing(string body) => Assert.Empty(Read(body));

    [Fact]
    public void A_CloudEvent_carries_the_account_as_its_subject()
    {
        var call = Assert.Single(Read(CloudEvent, "application/cloudevents+json; charset=UTF-8")).Call;
        Assert.True(Instant.TryParse("2023-04-18T07:30:00Z", out var us));
        Assert.Equal(new UsageCall("gw", "e1", "a1", "passport", "cn-north-4", us, 404, 7, "x"), call);
    }

    [Fact]
    public void A_batch_of_CloudEvents_is_an_array_and_a_bad_one_leaves_its_neighbours_alone()
    {
        var read = Read($"[{CloudEvent},{CloudEvent.Replace("404", "99", StringComparison.Ordinal)},7,{CloudEvent}]", "application/CloudEvents-Batch+json");
        Assert.Equal([null, "status", "event", null], read.Select(e => e.Malformed?.Field));
        Assert.Equal("a1", read[1].Malformed!.Account);
        Assert.Equal(99, read[1].Malformed!.Status);
    }

    [Theory]
    [InlineData("\"specversion\":\"1.0\"", "\"specversion\":\"0.3\"", "specversion")]
    [InlineData("\"specversion\":\"1.0\"", "\"version\":\"1.0\"", "specversion")]
    [InlineData("ocr.api.call", "ocr.api.cull", "type")]
    [InlineData("\"subject\":\"a1\"", "\"account\":\"a1\"", "subject")]
    [InlineData("\"data\":", "\"data_base64\":", "data")]
    [InlineData("\"data\":", "\"data\":\"{}\",\"was\":", "data")]
    [InlineData("\"api\":\"passport\",", "", "api")]
    [InlineData("\"time\":", "\"when\":", "time")]
    [InlineData("\"count\":7", "\"count\":7,\"count\":7", "count")]
    public void A_CloudEvent_with_a_bad_attribute_or_field_is_malformed(string from, string to, string field) =>
        Assert.Equal(field, Malformed(CloudEvent.Replace(from, to, StringComparison.Ordinal), "application/cloudevents+json").Field);

    [Theory]
    [InlineData("id", "\"\"")]
    [InlineData("id", "5")]
    [InlineData("id", "null")]
    [InlineData("id", "{\"a\":[1]}")]
    [InlineData("source", "\" x\"")]
    [InlineData("source", "\"x\\u00a0\"")]
    [InlineData("account", "\"a\\tb\"")]
    [InlineData("account", "\"a\\u0000b\"")]
    [InlineData("account", "\"a\\u0085b\"")]
    [InlineData("api", "\"\\ud800\"")]
    [InlineData("api", "\"\\udc00\\ud800\"")]
    [InlineData("region", "[\"r\"]")]
    [InlineData("time", "\"2023-04-18T15:30:00\"")]
    [InlineData("time", "\"2023-02-29T15:30:00Z\"")]
    [InlineData("time", "\"\\ud800\"")]
    [InlineData("time", "1681803000")]
    [InlineData("time", "{}")]
    [InlineData("status", "99")]
    [InlineData("status", "600")]
    [InlineData("status", "200.0")]
    [InlineData("status", "2e2")]
    [InlineData("status", "\"200\"")]
    [InlineData("status", "99999999999999999999")]
    [InlineData("status", "true")]
    [InlineData("count", "0")]
    [InlineData("count", "-1")]
    [InlineData("count", "1000001")]
    [InlineData("count", "1.0")]
    [InlineData("count", "null")]
    [InlineData("project", "\"\"")]
    [InlineData("project", "1")]
    public void A_bad_field_is_named_and_the_rest_is_kept(string field, string json)
    {
        var malformed = Malformed(With(field, json));
        Assert.Equal(field, malformed.Field);
        Assert.NotEmpty(malformed.Cause);
        Assert.Contains($"\"{field}\":{json}", malformed.Raw, StringComparison.Ordinal);
        Assert.Equal(field == "source" ? null : "gw", malformed.Source);
        Assert.Equal(field == "account" ? null : "a1", malformed.Account);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("source")]
    [InlineData("account")]
    [InlineData("api")]
    [InlineData("region")]
    [InlineData("time")]
    [InlineData("status")]
    public void A_missing_field_is_named(string field) =>
        Assert.Equal((field, "is missing"),
            (Malformed(Event.Replace($"\"{field}\"", "\"x\"", StringComparison.Ordinal)) is var m ? (m.Field, m.Cause) : default));

    [Theory]
    [InlineData("count", "1000000")]
    [InlineData("project", "null")]
    [InlineData("project", "\"p\"")]
    [InlineData("status", "100")]
    [InlineData("status", "599")]
    [InlineData("account", "\"\\u9879\\ud83d\\ude00 x\"")]
    [InlineData("unknown", "[{\"id\":[1,{\"b\":2}]},\"\\ud800\"]")]
    public void A_good_field_is_taken(string field, string json) => Assert.NotNull(Assert.Single(Read(With(field, json))).Call);

    [Fact]
    public void Texts_may_have_128_characters_and_no_more()
    {
        Assert.NotNull(Assert.Single(Read(With("api", $"\"{new string('é', 128)}\""))).Call);
        Assert.Equal("api", Malformed(With("api", $"\"{new string('é', 129)}\"")).Field);
    }

    [Fact]
    public void A_field_given_twice_is_malformed() =>
        Assert.Equal(("account", "is given twice"), (Malformed(Event[..^1] + ",\"account\":\"a1\"}") is var m ? (m.Field, m.Cause) : default));

    [Fact]
    public void Of_several_bad_fields_the_first_in_the_order_of_the_interface_is_named() =>
        Assert.Equal("source", Malformed("""{"count":0,"status":1,"source":"","id":"x"}""").Field);

    [Fact]
    public void Escaped_names_are_the_same_names() =>
        Assert.NotNull(Assert.Single(Read(Event.Replace("\"id\"", "\"\\u0069d\"", StringComparison.Ordinal))).Call);

    [Fact]
    public void A_name_with_a_lone_surrogate_is_an_unknown_field() => Assert.NotNull(Assert.Single(Read(Event[..^1] + ",\"\\ud800\":1}")).Call);

    [Fact]
    public void Bytes_that_are_not_UTF8_in_a_text_are_malformed_and_the_neighbour_is_read()
    {
        var body = Encoding.Latin1.GetBytes($"[{With("account", "\"\u00e9\"")},{Event}]");
        var read = UsageReader.Read(body, null);
        Assert.Equal(["account", null], read.Select(e => e.Malformed?.Field));
    }

    [Fact]
    public void A_bad_text_of_one_event_is_not_taken_for_the_next()
    {
        var read = Read($"[{With("account", "\" a\"")},{With("account", "\" a\"")},{Event}]");
        Assert.Equal(["account", "account", null], read.Select(e => e.Malformed?.Field));
        Assert.Null(read[1].Malformed!.Account);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("not json")]
    [InlineData("\"text\"")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"hello\":\"world\"}")]
    [InlineData("{\"events\":5}")]
    [InlineData("{\"events\":[],\"events\":[]}")]
    [InlineData("{\"events\":[")]
    [InlineData("[{\"id\":\"x\"},]")]
    [InlineData("[] []")]
    [InlineData("{\"id\":\"x\"}\n{\"id\":\"y\"}")]
    public void A_body_of_no_known_shape_is_unreadable(string body) =>
        Assert.NotEmpty(Assert.Throws<UnreadableBodyException>(() => Read(body)).Message);

    [Theory]
    [InlineData("[{}]", "application/cloudevents+json")]
    [InlineData("{}", "application/cloudevents-batch+json")]
    [InlineData("{\"events\":[]}", "application/cloudevents-batch+json")]
    public void A_body_of_another_shape_than_its_content_type_says_is_unreadable(string body, string contentType) =>
        Assert.Throws<UnreadableBodyException>(() => Read(body, contentType));

    [Theory]
    [InlineData("{\"events\":[EVENTS],\"after\":[1,{\"a\":2}]}", null)]
    [InlineData(" [EVENTS]\n", null)]
    [InlineData("[CLOUD]", "application/cloudevents-batch+json")]
    public void A_large_body_read_in_parts_has_the_events_it_has_read_at_once(string shape, string? contentType)
    {
        var events = $"{Event},{Event.Replace("\"status\":200", "\"status\":[{}]", StringComparison.Ordinal)},17,{Event},\"x\",{{}},{Event},[[]]";
        var cloud = $"{{}},{events}";
        var body = Encoding.UTF8.GetBytes("\uFEFF" + shape.Replace("EVENTS", events, StringComparison.Ordinal)
            .Replace("CLOUD", cloud, StringComparison.Ordinal));
        var whole = UsageReader.Read(body, contentType);
        Assert.True(whole.Count >= 8);
        for (var most = 1; most <= whole.Count; most++)
        {
            var read = UsageReader.Read(body, contentType, most);
            Assert.Equal(whole[..most].Select(Shown), read.First.Select(Shown));
            Assert.Equal(most == whole.Count, read.Rest is null);
            for (var again = 0; again < 2; again++)
            {
                var parts = read.Rest?.Parts(3).ToList() ?? [];
                Assert.Equal(whole[most..].Select(Shown), parts.SelectMany(p => p).Select(Shown));
                Assert.All(parts, p => Assert.InRange(p.Count, 1, 3));
            }
        }

        static string Shown(ReadEvent read) => $"{read} {Convert.ToHexString(read.Malformed?.RawHash ?? [])}";
    }

    [Theory]
    [InlineData("[EVENT,EVENT,EVENT")]
    [InlineData("[EVENT,EVENT,{\"id\":}]")]
    [InlineData("{\"events\":[EVENT,EVENT],\"events\":[]}")]
    [InlineData("[EVENT,EVENT] x")]
    public void A_large_body_that_is_unreadable_behind_the_first_events_is_refused_as_a_whole(string body) =>
        Assert.Throws<UnreadableBodyException>(() =>
            UsageReader.Read(Encoding.UTF8.GetBytes(body.Replace("EVENT", Event, StringComparison.Ordinal)), null, 1));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_bytes_make_it_throw_anything_else(int seed)
    {
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        var random = new Random(seed);
        var good = Encoding.UTF8.GetBytes($"{{\"events\":[{Event},{Event}]}}");
        string?[] types = [null, "application/cloudevents+json", "application/cloudevents-batch+json"];
        for (var i = 0; i < 20_000; i++)
        {
            var body = (byte[])good.Clone();
            for (var j = random.Next(1, 4); j > 0; j--)
                body[random.Next(body.Length)] = (byte)random.Next(256);
            var record = Record.Exception(() => UsageReader.Read(body, types[i % 3]));
            Assert.True(record is null or UnreadableBodyException, $"{record} for {Convert.ToHexString(body)}");
        }
    }
}
