using Settlement.Domain.Usage;
using Xunit;

namespace Settlement.Domain.Tests.Usage;

public sealed class IdOrderTests
{
    [Theory]
    [InlineData("018f3a5c-0000-7abc-8def-0123456789ab", "018f3a5c-0001-7000-8000-000000000000")]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NEEKTSV4RRFFQ69G5FAV")]
    [InlineData("65a1b2c3d4e5f60718293a4b", "65a1b2c4d4e5f60718293a4b")]
    [InlineData("gw-9", "gw-10")]
    [InlineData("gw1-000000009", "gw1-000000010")]
    [InlineData("1234567890123456", "1234567890123457")]
    [InlineData("req-2026-03-02T10:00:00.123Z", "req-2026-03-02T10:00:00.124Z")]
    public void Ids_that_rise_with_time_rise(string earlier, string later) => Assert.True(IdOrder.Of(earlier) < IdOrder.Of(later));

    [Theory]
    [InlineData("x")]
    [InlineData("-")]
    [InlineData("号码一二三四五六七八")]
    [InlineData("99999999999999999999999999999999999999")]
    [InlineData("zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz")]
    [InlineData("\ud83d\ude00\ud83d\ude00\ud83d\ude00\ud83d\ude00\ud83d\ude00")]
    public void Any_text_has_an_order_and_always_the_same(string id) => Assert.Equal(IdOrder.Of(id), IdOrder.Of(new string(id)));

    [Fact]
    public void The_key_of_an_identity_is_its_order_and_its_hash()
    {
        var key = CallHash.Identity("gw", "gw-10");
        Assert.Equal(IdOrder.Bytes + CallHash.Bytes, key.Length);
        Assert.NotEqual(key[IdOrder.Bytes..], CallHash.Identity("gw", "gw-010")[IdOrder.Bytes..]);
        Assert.Equal(key[..IdOrder.Bytes], CallHash.Identity("other", "gw-010")[..IdOrder.Bytes]);
    }
}
