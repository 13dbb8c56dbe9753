using Settlement.Domain.Money;
using Settlement.Storage.Quarantine;
using Xunit;

namespace Settlement.Storage.Tests.Ingest;

public sealed class QuarantineValueTests
{
    /// <summary>
    /// A fee is at most one movement. A value that is only displayed has no such bound; otherwise one event could prevent the whole list from being
    /// shown.
    /// </summary>
    [Fact]
    public void The_value_of_held_calls_is_shown_whatever_its_size()
    {
        var held = new QuarantineEntry { Calls = 1_000_000, UnitPriceE10 = 20_000L * 10_000_000_000L };

        Assert.Equal("20000000000.00", Amount.Show(held.ValueE8!.Value, 8, 2));
    }
}
