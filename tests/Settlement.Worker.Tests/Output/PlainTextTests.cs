using System.Globalization;
using System.Text.Json;
using Settlement.Worker.Output;
using Xunit;

namespace Settlement.Worker.Tests.Output;

public class PlainTextTests
{
    private static bool IsUnsafe(char c) =>
        char.IsControl(c) || c is '\u061C' or '\u200E' or '\u200F' or '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E')
            or (>= '\u2066' and <= '\u2069');

    [Fact]
    public void Every_character_that_moves_colours_or_turns_is_escaped_and_no_other()
    {
        for (var c = '\0'; c < char.MaxValue; c++)
        {
            var (text, escaped) = ($"a{c}b", string.Create(CultureInfo.InvariantCulture, $"a\\u{(int)c:x4}b"));
            Assert.Equal(IsUnsafe(c) ? escaped : text, PlainText.Line(text));
            Assert.Equal(IsUnsafe(c) && c is not ('\n' or '\t') ? escaped : text, PlainText.Text(text));
        }
    }

    [Fact]
    public void Json_says_the_same_and_shows_none_of_them()
    {
        var text = new string([.. Enumerable.Range(0, char.MaxValue).Select(c => (char)c).Where(IsUnsafe)]);
        var json = JsonOutput.Write(new { text });
        Assert.DoesNotContain(json, c => c != '\n' && IsUnsafe(c));
        Assert.Equal(text, JsonDocument.Parse(json).RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public void A_writer_of_plain_text_lets_nothing_else_through_however_it_is_written()
    {
        using var written = new StringWriter { NewLine = "\n" };
        using var writer = new PlainWriter(written);
        writer.Write("a\u001b[2J");
        writer.Write('\u202E');
        writer.Write("x\u0007y".AsSpan());
        writer.Write("\u009B".ToCharArray());
        writer.Write("{0}", "\u2066");
        writer.WriteLine("mid\rdle");
        writer.WriteLine("\u2028".AsSpan());
        writer.Write("\r50%");
        writer.WriteLine();
        writer.WriteLine("two\nlines");
        Assert.Equal("a\\u001b[2J\\u202ex\\u0007y\\u009b\\u2066mid\\u000ddle\n\\u2028\n\r50%\ntwo\nlines\n", written.ToString());
    }
}
