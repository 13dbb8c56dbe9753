using System.Globalization;
using System.Net;
using System.Text.Json;
using Settlement.Domain.Notices;
using Settlement.Worker.Bus;
using Settlement.Worker.Tests.Bus;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Replay;

/// <summary>
/// One valid event with a fee beyond all bounds, given to a running worker: its account waits, its neighbour is billed, and a retry run beside the
/// worker bills the account too.
/// </summary>
public sealed class ParkingOverTheBrokerTests : IDisposable
{
    private const string RunJob = """{"id":"close","type":"run-job","job":"close-hours"}""";
    private static readonly string Poison = Refusals.Catalog.Replace("""[{"unitPrice":"1"}]""", """[{"unitPrice":"20000"}]""",
        StringComparison.Ordinal);

    /// <summary>The start of an hour that is due to be closed; the hour after it is not yet due.</summary>
    private readonly DateTimeOffset hour = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 3600 * 3600).AddHours(-3);
    private readonly ReplayStore store = ReplayStore.Create(Poison, ReplayStore.NowUs);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task A_fee_past_all_bounds_parks_its_account_while_the_neighbour_is_billed_and_a_catalog_and_a_retry_bill_it_beside_the_worker()
    {
        await using var broker = await TestBroker.StartAsync();
        var port = RunningWorkerTests.FreePort();
        await using var worker = WorkerProcess.Start(broker.Settings, store, string.Create(CultureInfo.InvariantCulture, $"Http__Port={port}"));
        await worker.UntilLoggedAsync("What waited in the broker is stored");
        await broker.PublishAsync(BrokerTopology.BillingCommands, $"[{Account("a")},{Account("b")}]");
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Command WHERE State = 'applied'") == 4, "both accounts are there");
        await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("1", "b", at: hour.AddMinutes(5), count: 2));
        await broker.PublishAsync(BrokerTopology.UsageEvents, Refusals.Event("2", "a", at: hour.AddMinutes(65), count: 1_000_000));
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM EventIdentity") == 2, "both events are stored");
        await broker.PublishAsync(BrokerTopology.BillingCommands, RunJob);

        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Command WHERE State = 'applied'") == 5, "the closing is done");
        Assert.Equal((1, 1), (store.Count("SELECT COUNT(*) FROM Parked"), store.Count("SELECT COUNT(*) FROM BillRow")));
        await worker.UntilLoggedAsync("Account a is parked: its closing due ");
        await worker.UntilAsync(() => store.Count("SELECT COUNT(*) FROM Notice WHERE Published = 0") == 0, "all notices are published");
        await worker.UntilAsync(() => new Health(port).AnswersAsync("ready", HttpStatusCode.OK), "it is ready");

        var cure = Path.Combine(store.Folder, "cure.json");
        await File.WriteAllTextAsync(cure, Poison.Replace(
            "\"prices\":[",
            $$"""
            "prices":[{"api":"images","region":"cn-north-4","from":"{{hour.AddHours(1):O}}","tiers":[{"unitPrice":"0.02"}]},
            """,
            StringComparison.Ordinal), Cancel);
        Assert.Equal(Exit.Differs, await RunAsync("parked", "retry"));
        Assert.Equal(Exit.Done, await RunAsync("catalog", "apply", cure));
        Assert.Equal(Exit.Done, await RunAsync("parked", "retry", "a"));
        Assert.Equal((0, 2), (store.Count("SELECT COUNT(*) FROM Parked"), store.Count("SELECT COUNT(*) FROM BillRow")));
        await worker.UntilAsync(() =>
            store.Count($"SELECT COUNT(*) FROM Notice WHERE Name = '{NoticeName.AccountResumed}' AND Published = 1") == 1, "its listeners are told");
        Assert.Equal(0, await worker.StopAsync());
    }

    /// <summary>Runs a verb in this process instead of one of its own, beside the worker.</summary>
    private async Task<int> RunAsync(params string[] verb)
    {
        using StringWriter output = new(), error = new();
        var exit = await CommandLine.RunAsync(
            ["--set", "Billing:MaxUsageAge=20000.00:00:00", .. verb, "--database", Path.Combine(store.Folder, "settlement.db")], output, error);
        TestContext.Current.TestOutputHelper?.WriteLine($"{string.Join(' ', verb)}: {exit}\n{output}{error}");
        return exit;
    }

    private string Account(string id) => string.Join(
        ',',
        JsonSerializer.Serialize(
            new { id = "open " + id, type = "open-account", account = id, at = hour.ToString("O", CultureInfo.InvariantCulture) }),
        JsonSerializer.Serialize(
            new { id = "sub " + id, type = "subscribe", account = id, api = "images", region = "cn-north-4",
            at = hour.ToString("O", CultureInfo.InvariantCulture) }));
}
