// 2.4: a worker that was down gives the same result as one that never stopped, except for transaction times and billing cycles.
using CsCheck;
using Settlement.Domain.Tests;
using Settlement.Worker.Output;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

public class OutageTests
{
    [Fact]
    public void A_worker_that_was_down_comes_to_the_same_result() => Property.Holds(
        Gen.Select(StoryGen.WithoutOutage, StoryGen.AnyOutage, Gen.Bool), 60, t =>
            Assert.Equal(Result(t.Item1), Result(t.Item1.With(t.Item2, t.Item3))), t => t.Item1.With(t.Item2, t.Item3).ToString());

    private static string[] Result(Story story)
    {
        var view = Told.Of(story).View;
        return
        [
            .. view.Bill.Select(Row).Order(StringComparer.Ordinal),
            .. view.Balances.Select(b => b.ToString()),
            .. view.Packages.Select(p => p.ToString()),
            .. view.Renewals.Select(r => r.ToString()),
            .. view.Refusals.Select(r => r.ToString()),
            .. view.Quarantine.Select(q => q.ToString()).Order(StringComparer.Ordinal),
        ];
    }

    private static string Row(BillRowView r) =>
        $"{r.Account} {r.UseStart} {r.UseEnd} {r.Kind} {r.Resource} {r.ResourceName} {r.Project} {r.Package}#{r.Lot} {r.Calls} {r.Late} {r.Fee} {r.Deducted} {r.WrittenOff} {string.Join(", ", r.Tiers)}";
}
