using System.IO.Compression;
using System.Text;
using Settlement.Domain.Usage;
using Settlement.Worker.Ingest;
using Xunit;

namespace Settlement.Worker.Tests.Ingest;

public class UsageFileTests
{
    private const string Header = "event_id,account_id,api,occurred_at,status,quantity";
    private const string Row = "e1,a1,passport,2023-04-18T15:30:00+08:00,200,3";
    private const string Line = """{"id":"e1","source":"s","account":"a1","api":"passport","region":"r","time":"2023-04-18T15:30:00+08:00","status":200,"count":3}""";
    private static readonly UsageFill Fill = new("r", "s");
    private static readonly UsageCall Call = new("s", "e1", "a1", "passport", "r", 1_681_803_000_000_000, 200, 3, Project: null);

    [Theory]
    [InlineData(Header + "\n" + Row)]
    [InlineData(Header + "\n" + Row + "\n")]
    [InlineData(Header + "\r\n" + Row + "\r\n\r\n")]
    [InlineData("\uFEFF\n" + Header + "\n\n" + Row)]
    [InlineData("\"event_id\",\"account_id\",api,occurred_at,status,quantity\n\"e1\",\"a1\",passport,\"2023-04-18T15:30:00+08:00\",\"200\",3")]
    [InlineData("Note, Quantity ,API,Account_Id,status,occurred_at,event_id\n\"a, \"\"b\"\"\nc\",3,passport,a1,200,2023-04-18T07:30:00Z,e1")]
    [InlineData(Header + ",region,source,project\n" + Row + ",,,")]
    [InlineData(Line)]
    [InlineData("\n" + Line + "\r\n\n")]
    [InlineData("""{"id":"e1","account":"a1","api":"passport","time":"2023-04-18T15:30:00+08:00","status":200,"count":3,"source":null}""")]
    [InlineData("""{"events":[{"id":"e1","account":"a1","api":"passport","time":"2023-04-18T15:30:00+08:00","status":200,"count":3}]}""")]
    [InlineData("""{"specversion":"1.0","type":"ocr.api.call","id":"e1","subject":"a1","time":"2023-04-18T15:30:00+08:00","data":{"api":"passport","status":200,"count":3},"source":"s"}""")]
    public void One_event_is_the_same_in_every_form(string file)
    {
        Assert.Equal([ReadEvent.Of(Call)], Read(file));
        Assert.Equal([ReadEvent.Of(Call)], UsageFile.Read(new MemoryStream(Gzip(file)), "f", Fill));
    }

    [Fact]
    public void What_a_file_has_is_not_filled() =>
        Assert.Equal(
            [("own", "there", "p"), ("s", "r", null)],
            Read(Header + ",region,source,project\n" + Row + ",there,own,p\n" + Row + ",,,\n")
                .Select(e => (e.Call!.Source, e.Call.Region, e.Call.Project)));

    [Fact]
    public void A_quantity_left_empty_is_one_call() => Assert.Equal(1, Assert.Single(Read(Header + "\n" + Row[..^1])).Call!.Count);

    [Theory]
    [InlineData("e1,a1,passport,2023-04-18T15:30:00+08:00,200,0", "quantity", "e1", "a1")]
    [InlineData("e1,a1,passport,2023-04-18T15:30:00+08:00,200,3.0", "quantity", "e1", "a1")]
    [InlineData("e1,a1,passport,2023-04-18T15:30:00+08:00,99,3", "status", "e1", "a1")]
    [InlineData("e1,a1,passport,2023-04-18T15:30:00+08:00,OK,3", "status", "e1", "a1")]
    [InlineData("e1,a1,passport,2023-04-18 15:30:00,200,3", "occurred_at", "e1", "a1")]
    [InlineData("e1,a1 ,passport,2023-04-18T15:30:00+08:00,200,3", "account_id", "e1", null)]
    [InlineData(",a1,passport,2023-04-18T15:30:00+08:00,200,3", "event_id", null, "a1")]
    [InlineData("e1,a1,passport,2023-04-18T15:30:00+08:00,200", "event", "e1", "a1")]
    [InlineData("e1,a1,passport,2023-04-18T15:30:00+08:00,200,3,4", "event", "e1", "a1")]
    [InlineData("e1,\"a\"1,passport,2023-04-18T15:30:00+08:00,200,3", "event", "e1", "a1")]
    public void A_bad_row_is_malformed_and_holds_nobody_up(string row, string field, string? id, string? account)
    {
        var events = Read(Header + "\n" + row + "\n" + Row);
        Assert.Equal(2, events.Count);
        Assert.Equal(Call, events[1].Call);
        var bad = events[0].Malformed!;
        Assert.Equal((field, id, account, row), (bad.Field, bad.Id, bad.Account, bad.Raw));
    }

    [Theory]
    [InlineData("""{"id":"e2","account":"a1","api":"passport","time":"2023-04-18T15:30:00+08:00","status":"200"}""", "status", "e2")]
    [InlineData("""{"id":"e2","account":"a1"}""", "api", "e2")]
    [InlineData("""{"id":"e2","id":"e3"}""", "id", "e3")]
    [InlineData("""{"id":"e2",""", "event", null)]
    [InlineData("nothing", "event", null)]
    [InlineData("""{"\ud800":1,"id":"e2","account":"a1","specversion":"\ud800"}""", "specversion", "e2")]
    [InlineData("""{"\ud800":1,"id":"e2","account":"\ud800"}""", "source", "e2")]
    [InlineData("""{"other":1}""", "event", null)]
    public void A_bad_line_is_malformed_and_holds_nobody_up(string line, string field, string? id)
    {
        var events = Read(Line + "\n" + line + "\n" + Line);
        Assert.Equal(3, events.Count);
        Assert.Equal(Call, events[2].Call);
        var bad = events[1].Malformed!;
        Assert.Equal((field, id, line), (bad.Field, bad.Id, bad.Raw));
    }

    [Theory]
    [InlineData("{\n  \"settings\": {} }", "f: line 1: is not an event: The body is not JSON")]
    [InlineData("{\"settings\": {} }", "f: line 1: is not an event: The body is a JSON object with none of an event's fields")]
    [InlineData("\n[]", "f: line 2: is a JSON array; a file holds one event per line")]
    [InlineData("event_id,account_id,status\n", "f: line 1: lacks the columns api, occurred_at, quantity; the header must name event_id")]
    [InlineData(Header + ",Status\n" + Row, "f: line 1: has the column status twice")]
    [InlineData(Header + "\n" + Row + "\n\"e2,a1\n\n", "f: line 3: has a row that does not end: is a quote not closed?")]
    public void A_file_of_no_known_kind_is_refused_with_line_and_cause(string file, string message) =>
        Assert.StartsWith(message, Assert.Throws<InputFileException>(() => Read(file)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "s", "f: line 1: has no column region: give one with --region")]
    [InlineData("r", null, "f: line 1: has no column source: give one with --source")]
    public void A_table_that_lacks_what_every_event_needs_is_refused_before_its_rows(string? region, string? source, string message) =>
        Assert.Equal(message, Assert.Throws<InputFileException>(() => Read(Header + "\n" + Row, new UsageFill(region, source))).Message);

    [Fact]
    public void An_empty_file_has_no_events() => Assert.Empty(Read(""));

    [Theory]
    [InlineData(Header + "\n" + Row + "\n")]
    [InlineData("\uFEFF" + Header + "\n" + Row + "\n")]
    public void Bytes_that_are_no_UTF8_stop_the_file(string start)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(start), (byte)'e', 0xE9, (byte)'\n'];
        Assert.EndsWith("is not UTF-8", Assert.Throws<InputFileException>(() => UsageFile.Read(new MemoryStream(bytes), "f", Fill).ToList()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_gzip_that_is_cut_off_stops_the_file_after_the_events_before()
    {
        var whole = Gzip(Header + "\n"
            + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"e{i},a{i * 7919 % 1000},passport,2023-04-18T15:30:00+08:00,200,3\n")));
        var read = 0;
        Assert.Throws<InputFileException>(() =>
        {
            foreach (var _ in UsageFile.Read(new MemoryStream(whole[..(whole.Length / 2)]), "f", Fill))
                read++;
        });
        Assert.InRange(read, 1, 19_999);
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused() =>
        Assert.Contains("/no/such/file", Assert.Throws<InputFileException>(() => UsageFile.Read("/no/such/file", Fill).ToList()).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_directory_is_refused() => Assert.Throws<InputFileException>(() => UsageFile.Read(Path.GetTempPath(), Fill).ToList());

    [Fact]
    public void A_stream_that_comes_in_drops_is_read_to_its_end_and_as_it_comes()
    {
        using var drops = new Drops(Encoding.UTF8.GetBytes(Header + "\n" + string.Concat(Enumerable.Repeat(Row + "\n", 5_000))));
        using var events = UsageFile.Read(drops, "f", Fill).GetEnumerator();
        Assert.True(events.MoveNext());
        Assert.True(drops.Position < drops.Length / 2);
        var count = 1;
        while (events.MoveNext())
            count++;
        Assert.Equal(5_000, count);
    }

    private static List<ReadEvent> Read(string file) => Read(file, Fill);

    private static List<ReadEvent> Read(string file, UsageFill fill) =>
        [.. UsageFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(file)), "f", fill)];

    private static byte[] Gzip(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }

    /// <summary>Returns little at a time, like a pipe.</summary>
    private sealed class Drops(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 7)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 7));
    }
}
