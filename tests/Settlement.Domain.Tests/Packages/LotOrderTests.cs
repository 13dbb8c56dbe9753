using CsCheck;
using Settlement.Domain.Packages;
using Xunit;

namespace Settlement.Domain.Tests.Packages;

public class LotOrderTests
{
    private static readonly Gen<Lot> AnyLot = Gen.Select(
        Gen.OneOf("a", "B", "b", "a1", "a-", "aé"), Gen.Long[1, 2], Gen.Enum<LotOrigin>(), Gen.Long[1, 2], Gen.Long[3, 4], Gen.Long[1, 2],
        Gen.OneOf(null, "X", "Y"))
        .Select((package, no, origin, start, end, paid, project) => new Lot
        {
            PackageNo = 1, PackageId = package, LotNo = no, ScopeNo = 1, Project = project, Origin = origin, StartUs = start, EndUs = end,
            PaidUs = paid, Calls = 1, Left = 1,
        });

    [Fact]
    public void The_order_is_that_of_the_rule() => Property.Holds(Gen.Select(AnyLot, AnyLot), 20_000, (a, b) =>
        Assert.Equal(Math.Sign(Naive(a, b)), Math.Sign(LotOrder.Instance.Compare(a, b))));

    [Fact]
    public void The_order_is_strict_and_total() => Property.Holds(Gen.Select(AnyLot, AnyLot, AnyLot), 20_000, (a, b, c) =>
    {
        int ab = LotOrder.Instance.Compare(a, b), bc = LotOrder.Instance.Compare(b, c), ac = LotOrder.Instance.Compare(a, c);
        Assert.Equal(-Math.Sign(ab), Math.Sign(LotOrder.Instance.Compare(b, a)));
        if (ab <= 0 && bc <= 0)
            Assert.True(ac <= 0);
        if (ab == 0)
            Assert.Equal((a.PackageId, a.LotNo), (b.PackageId, b.LotNo));
    });

    [Fact]
    public void A_projects_own_packages_come_before_packages_for_all() =>
        Property.Holds(Gen.Select(AnyLot.Array[0, 8], Gen.OneOf(null, "X")), 10_000, (lots, project) =>
    {
        var sorted = lots.Order(LotOrder.Instance).ToArray();
        var queue = LotOrder.Queue(project, sorted, l => l).ToList();
        var own = sorted.Where(l => l.Project is not null && l.Project == project);
        Assert.Equal([.. own, .. sorted.Where(l => l.Project is null)], queue);
    });

    private static int Naive(Lot a, Lot b)
    {
        (int, long, long, long) left = (Rank(a.Origin), a.EndUs, a.StartUs, a.PaidUs), right = (Rank(b.Origin), b.EndUs, b.StartUs, b.PaidUs);
        var order = left.CompareTo(right);
        if (order == 0)
            order = string.Compare(a.PackageId, b.PackageId, StringComparison.Ordinal);
        return order == 0 ? a.LotNo.CompareTo(b.LotNo) : order;
    }

    private static int Rank(LotOrigin origin) => Array.IndexOf([LotOrigin.Free, LotOrigin.Promotion, LotOrigin.Bought], origin);
}
