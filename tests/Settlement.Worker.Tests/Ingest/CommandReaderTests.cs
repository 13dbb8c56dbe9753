using System.Text;
using Settlement.Worker.Ingest;
using Xunit;

namespace Settlement.Worker.Tests.Ingest;

public class CommandReaderTests
{
    private static List<string> Read(string body) => CommandReader.Read(Encoding.UTF8.GetBytes(body));

    [Theory]
    [InlineData("{\"id\":\"c1\", \"amount\":\"1.0\"}", "{\"id\":\"c1\", \"amount\":\"1.0\"}")]
    [InlineData("\uFEFF [{\"id\":1} , {}] ", "{\"id\":1}", "{}")]
    [InlineData("{\"commands\":[{\"id\":\"\\ud800\"}]}", "{\"id\":\"\\ud800\"}")]
    [InlineData("{\"commands\":5}", "{\"commands\":5}")]
    [InlineData("[]")]
    public void Each_command_is_handed_on_as_it_was_written(string body, params string[] commands) => Assert.Equal(commands, Read(body));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("\"open-account\"")]
    [InlineData("[{},5]")]
    [InlineData("{} {}")]
    public void A_body_of_no_known_shape_is_unreadable(string body) => Assert.Throws<UnreadableBodyException>(() => Read(body));

    [Fact]
    public void A_body_that_is_not_UTF8_is_unreadable() =>
        Assert.Throws<UnreadableBodyException>(() => CommandReader.Read(Encoding.Latin1.GetBytes("{\"id\":\"é\"}")));
}
