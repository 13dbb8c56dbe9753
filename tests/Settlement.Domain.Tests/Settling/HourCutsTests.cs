using CsCheck;
using Settlement.Domain.Settling;
using Settlement.Domain.Time;
using Xunit;

namespace Settlement.Domain.Tests.Settling;

public class HourCutsTests
{
    private static readonly BillingHour Hour = new(467_000);

    private static readonly Gen<long> Inside = Gen.Select(Gen.Long[0, 59], Gen.Long[0, 1]).Select((m, us) => Hour.StartUs + m * 60_000_000 + us);
    private static readonly Gen<long> Near = Gen.OneOf(
        Inside, Gen.Long[-1, 1].Select(d => Hour.StartUs + d), Gen.Long[-1, 1].Select(d => Hour.Next.StartUs + d),
        Gen.OneOf(long.MinValue, long.MaxValue));

    [Fact]
    public void A_piece_holds_its_instant_and_no_cut_within() => Property.Holds(Gen.Select(Near.Array[0, 8], Inside), 20_000, (cuts, us) =>
    {
        var hour = Hour.Period;
        var piece = new HourCuts(Hour, cuts).PieceAt(us);
        Assert.True(piece.Contains(us) && hour.Covers(piece));
        Assert.DoesNotContain(cuts, c => c > piece.StartUs && c < piece.EndUs);
        Assert.True(piece.StartUs == hour.StartUs || cuts.Contains(piece.StartUs));
        Assert.True(piece.EndUs == hour.EndUs || cuts.Contains(piece.EndUs));
        Assert.Equal(!cuts.Any(c => c > hour.StartUs && c < hour.EndUs), new HourCuts(Hour, cuts).IsWhole);
    });
}
