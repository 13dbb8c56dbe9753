using Settlement.Storage.Engines;
using Xunit;

namespace Settlement.Storage.Tests.SqlServer;

/// <summary>What is tried again and what is not, by the server's own error numbers.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData(1205, "a deadlock")]
    [InlineData(1222, "a lock that was not to be had in time")]
    [InlineData(-2, "a time limit of the client")]
    [InlineData(2627, "a key that another writer has taken")]
    [InlineData(2601, "the same, of an index")]
    [InlineData(3960, "a row that another writer has changed")]
    [InlineData(233, "a connection that has ended")]
    [InlineData(10054, "the same, by the other side")]
    [InlineData(40613, "a database of Azure that moves")]
    [InlineData(49918, "too few resources just now")]
    [InlineData(3906, "a replica that may not be written, while it fails over")]
    [InlineData(701, "too little memory just now")]
    public void What_may_pass_is_tried_again(int number, string what) => Assert.True(SqlServerErrors.MayGetBetter(number), what);

    [Theory]
    [InlineData(229, "a right that the login lacks")]
    [InlineData(230, "the same, of a column")]
    [InlineData(262, "the same, of the database")]
    [InlineData(18456, "a login that is refused")]
    [InlineData(102, "a syntax error")]
    [InlineData(515, "null where none may be")]
    [InlineData(547, "a broken constraint")]
    [InlineData(2628, "a text that is too long")]
    [InlineData(8115, "a number out of bounds")]
    [InlineData(1934, "wrong session options")]
    public void What_stays_as_it_is_is_not(int number, string what) => Assert.False(SqlServerErrors.MayGetBetter(number), what);

    [Fact]
    public void A_pool_without_a_free_connection_may_have_one_later() =>
        Assert.True(SqlServerErrors.MayGetBetter(new NoConnectionException("none free")));
}
