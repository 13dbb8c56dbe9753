using System.Text.Json;
using Settlement.Worker.Output;
using Xunit;

namespace Settlement.Worker.Tests.Output;

public class ViewsTests
{
    /// <summary>The output of INTERFACE 5, with resourceName after resource.</summary>
    private const string Expected = """
        { "bill": [ { "row": "1", "kind": "pay-per-use", "account": "a1", "api": "passport", "region": "cn-north-4", "resource": "2", "resourceName": "门户",
                      "project": null, "package": null, "lot": null, "useStart": "2023-04-18T15:29:16+08:00", "useEnd": "2023-04-18T16:00:00+08:00",
                      "transactionTime": "2023-04-18T17:00:00+08:00", "billingCycle": "2023-04", "calls": 40, "late": false,
                      "fee": "6.00000000", "deducted": "6.00", "writtenOff": "0.00000000",
                      "tiers": [ { "calls": 40, "unitPrice": "0.15", "fee": "6.00000000" } ] } ],
          "balances": [ { "account": "a1", "balance": "1794.00", "remainder": "0.00000000", "state": "normal", "parked": null } ],
          "packages": [ { "package": "P1", "lot": 1, "start": "2023-04-18T16:30:30+08:00", "end": "2024-04-19T00:00:00+08:00",
                          "calls": 100000, "left": 100000, "state": "live" } ],
          "notices":  [ { "at": "t", "type": "package-purchased", "account": "a1", "package": "P1" } ],
          "renewals": [ { "package": "P1", "at": "t", "outcome": "renewed" } ],
          "refusals": [ { "at": "t", "command": "refund-package", "code": "package-not-refundable" } ],
          "quarantine": [ { "id": "i", "source": "s", "reason": "conflict", "account": "a1", "calls": 1, "value": "0.15" } ],
          "shows": { "Evening Show": { "balances": [], "packages": [] } } }
        """;

    [Fact]
    public void A_simulation_prints_exactly_the_fields_of_the_interface_in_their_order()
    {
        var view = new SimulationView(
            [
                new BillRowView(
                    "1", "pay-per-use", "a1", "passport", "cn-north-4", "2", "门户", Project: null, Package: null,
                    Lot: null, "2023-04-18T15:29:16+08:00",
                    "2023-04-18T16:00:00+08:00", "2023-04-18T17:00:00+08:00", "2023-04", 40, Late: false, "6.00000000", "6.00", "0.00000000",
                    [new TierView(40, "0.15", "6.00000000")]),
            ],
            [new BalanceView("a1", "1794.00", "0.00000000", "normal", null)],
            [new PackageView("P1", 1, "2023-04-18T16:30:30+08:00", "2024-04-19T00:00:00+08:00", 100_000, 100_000, "live")],
            [new NoticeView("t", "package-purchased", "a1", "P1")],
            [new RenewalView("P1", "t", "renewed")],
            [new RefusalView("t", "refund-package", "package-not-refundable")],
            [new QuarantineView("i", "s", "conflict", "a1", 1, "0.15")],
            new Dictionary<string, ShowView>(StringComparer.Ordinal) { ["Evening Show"] = new([], []) });

        var written = JsonOutput.Write(view);

        Assert.Equal(Compact(Expected), Compact(written));
        Assert.Contains("门户", written, StringComparison.Ordinal);
        Assert.Contains("+08:00", written, StringComparison.Ordinal);
    }

    private static string Compact(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement);
    }
}
