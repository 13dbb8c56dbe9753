// 4.3: usage for open hours may arrive in any order and in any batches. Only where the rules favour the first arrival does the order stay: of several
// events with one identity and different content, the first one stands (7.1).

using System.Text.Json;
using CsCheck;
using Settlement.Domain.Pricing;
using Settlement.Domain.Settings;
using Settlement.Domain.Tests;
using Settlement.Domain.Time;
using Settlement.Domain.Usage;
using Settlement.Engine;
using Settlement.Engine.Usage;
using Settlement.Storage;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Storage.Quarantine;
using Settlement.Worker.Simulating;
using Xunit;

namespace Settlement.Simulation.Tests.Properties;

public class OrderOfArrivalTests
{
    private const long StartUs = 467_391 * Instant.PerHourUs;
    private const int Hours = 3;

    private const string CatalogText = """
        { "currency": "CNY", "apis": ["p", "q"], "regions": ["r", "s"],
          "prices": [
            { "api": "p", "region": "r", "from": "2023-01-01T00:00:00+08:00", "tiers": [ { "upTo": 5, "unitPrice": "0.0333333333" }, { "upTo": 20, "unitPrice": "0.07" }, { "unitPrice": "0.011" } ] },
            { "api": "p", "region": "s", "from": "2023-05-01T00:00:00+08:00", "tiers": [ { "unitPrice": "1.005" } ] } ],
          "offers": [
            { "offer": "p5", "api": "p", "region": "r", "calls": 5, "price": "1", "term": "P1D" },
            { "offer": "p20", "api": "p", "region": "r", "calls": 20, "price": "2", "term": "P2D" },
            { "offer": "s9", "api": "p", "region": "s", "calls": 9, "price": "3", "term": "P1D" } ] }
        """;

    private static readonly BillingSettings Settings = BillingSettings.Default with { CloseDelayUs = 6 * Instant.PerHourUs };

    private static readonly Gen<long> OnGrid = Gen.Select(Gen.Long[0, Hours * 12 - 1], Gen.OneOf(0L, 0, 0, 1))
        .Select((s, us) => StartUs + s * 300_000_000 + us);

    private static readonly Gen<string?> Project = Gen.OneOf<string?>(null, null, "X", "Y", "x");

    private static readonly Gen<string> Command = Gen.OneOf(
        Gen.Select(OnGrid, OnGrid, Gen.OneOf("p5", "p20", "s9"), Gen.Int[0, 9], Gen.OneOf("free", "promotion", "bought"), Project,
            Gen.OneOf("a1", "a1", "a2"))
            .Select((at, starts, offer, n, origin, project, account) =>
                Write(at, "buy-package",
                new() { ["account"] = account, ["offer"] = offer, ["package"] = $"P{n}", ["origin"] = origin, ["project"] = project,
                ["startsAt"] = Instant.Show(Math.Max(at, starts), 0) })),
        Gen.Select(OnGrid, Gen.OneOf("subscribe", "unsubscribe"), Gen.OneOf("r", "s"), Gen.OneOf("a1", "a1", "a2"))
            .Select((at, type, region, account) => Write(at, type, new() { ["account"] = account, ["api"] = "p", ["region"] = region })));

    private static readonly Gen<UsageCall> Call = Gen.Select(
        Gen.Select(Gen.OneOf("a1", "a1", "a1", "a2", "a3"), Gen.OneOf("p", "p", "p", "p", "q", "z"), Gen.OneOf("r", "r", "s", "t")),
        OnGrid, Project, Gen.OneOf("g", "G"), Gen.Int[0, 80], Gen.OneOf(Gen.Const(1L), Gen.Long[1, 6]), Gen.OneOf(200, 200, 200, 299, 300, 404))
        .Select((scope, time, project, source, id, count, status) =>
            new UsageCall(source, $"e{id}", scope.Item1, scope.Item2, scope.Item3, time, status, count, project));

    private static readonly Gen<Deliveries> Any = Gen.Select(
        Command.Array[0, 12], Call.Array[1, 80], Gen.Int[0, 9].Array[0, 10], Gen.Int.Array[100], Gen.Int[1, 30].Array[100]).Select(
        (commands, calls, again, keys, sizes) => new Deliveries(commands, [.. calls, .. again.Select(i => calls[i % calls.Length])], keys, sizes));

    [Fact]
    public void Any_order_and_any_batches_give_the_same_result() => Property.Holds(Any, 60, d =>
        Assert.Equal(Result(d.Commands, [d.Calls]), Result(d.Commands, d.Shuffled())));

    [Fact]
    public void One_event_a_batch_gives_the_same_result() => Property.Holds(Any, 30, d =>
        Assert.Equal(Result(d.Commands, [d.Calls]), Result(d.Commands, d.Calls.Select(c => new[] { c }))));

    private static string[] Result(string[] commands, IEnumerable<UsageCall[]> batches)
    {
        using var temp = new TempStore();
        var clock = new TestClock(StartUs);
        var core = new SettlementCore(new SettlementStore(temp.Engine, Settings), clock, inScenario: true);
        core.Store.Open(StartUs);
        core.Store.Write(session => core.Store.ApplyCatalog(session, CatalogJson.Read(CatalogText, "", Settings.TimeZone, [])!, StartUs));
        core.Commands.Receive(
            [Write(StartUs, "open-account", new() { ["account"] = "a1" }), Write(StartUs, "open-account", new() { ["account"] = "a2" }),
            Write(StartUs, "top-up", new() { ["account"] = "a1", ["amount"] = "50" })], StartUs);
        clock.NowUs = StartUs + Hours * Instant.PerHourUs;
        core.Commands.Receive(commands, clock.NowUs);
        core.Timeline.ApplyCommands(clock.NowUs);
        foreach (var batch in batches)
            core.Usage.Store([.. batch.Select(c => new Arrival(ReadEvent.Of(c), clock.NowUs))]);
        clock.NowUs = StartUs + 12 * Instant.PerHourUs;
        core.Timeline.AdvanceTo(clock.NowUs);
        return core.Store.Read(Snapshot);
    }

    private static string[] Snapshot(Session session)
    {
        var rows = BillReader.Rows(session, new BillFilter()).Select(r =>
            $"{r.AccountId} {r.Kind} {r.Api}/{r.Region} {r.Project} {r.PackageId}#{r.LotNo} {r.UseHour} {r.UseStartUs}-{r.UseEndUs} {r.TransactionUs} {r.Cycle} {r.Calls} {r.Late} {r.FeeE8} {r.DeductedE8} {r.WrittenOffE8} "
            + string.Join(", ", r.Steps.Select(s => $"{s.Calls} x {s.UnitPriceE10}")));
        var accounts = AccountReader.All(session).Select(a => $"{a.AccountId} {a.BalanceE8} {a.RemainderE8} {a.State}");
        var lots = AccountReader.AllLots(session).Select(l => $"{l.PackageId}#{l.LotNo} {l.Left} of {l.Calls}");
        var held = QuarantineEntries.List(session).Select(q => $"held {q.Reason} {q.Source} {q.EventId} {q.Account} {q.Api}/{q.Region} {q.Project} {q.TimeUs} {q.Status} {q.Calls} {q.ValueE8}").Order(StringComparer.Ordinal);
        return [.. rows, .. accounts, .. lots, .. held];
    }

    private static string Write(long at, string type, Dictionary<string, object?> fields)
    {
        fields["type"] = type;
        fields["at"] = Instant.Show(at, 0);
        var text = JsonSerializer.Serialize(fields);
        fields["id"] = text;
        fields["id"] = Convert.ToHexString(CallHash.Text(text));
        return JsonSerializer.Serialize(fields);
    }

    private sealed record Deliveries(string[] Commands, UsageCall[] Calls, int[] Keys, int[] Sizes)
    {
        /// <summary>A random order, in random batches. Events with the same identity keep their order.</summary>
        public IEnumerable<UsageCall[]> Shuffled()
        {
            var keys = new int[Calls.Length];
            foreach (var same in Enumerable.Range(0, Calls.Length).GroupBy(i => (Calls[i].Source, Calls[i].Id)))
            {
                foreach (var (i, key) in same.Zip(same.Select(i => Keys[i % Keys.Length]).Order()))
                    keys[i] = key;
            }

            var ordered = Enumerable.Range(0, Calls.Length).OrderBy(i => keys[i]).Select(i => Calls[i]).ToArray();
            for (int from = 0, n = 0; from < ordered.Length; n++)
            {
                var size = Math.Min(Sizes[n % Sizes.Length], ordered.Length - from);
                yield return ordered[from..(from + size)];
                from += size;
            }
        }
    }
}
