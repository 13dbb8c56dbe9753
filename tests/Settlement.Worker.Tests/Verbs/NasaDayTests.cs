using System.Text.Json;
using Settlement.Storage.Accounts;
using Settlement.Storage.Bills;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Verbs;

public class NasaDayTests
{
    private static readonly string[] How = ["--region", NasaDay.Region, "--source", "nasa", "--account-auto", "--output", "json"];

    [Fact]
    public async Task A_real_day_is_settled_call_by_call_as_the_truth_says_and_the_ledger_adds_up()
    {
        var trace = NasaDay.File();
        using var store = new TestStore();
        await store.DoAsync("catalog", "apply", store.Write("catalog.json", NasaDay.Catalog()));
        var ingested = (await store.DoAsync(["ingest", trace, .. How])).Json;
        Assert.Equal(
            (NasaDay.Calls, 0, NasaDay.Rows - NasaDay.Calls, 0, 2554),
            (Number(ingested, "accepted"), Number(ingested, "duplicate"), Number(ingested, "notBillable"), Number(ingested, "quarantined"),
                Number(ingested, "accountsOpened")));

        // The first run of a store takes everything before it; the rest of the day closes hour by hour.
        await store.DoAsync("close", "--until", "1995-07-09T14:00:00Z");
        await store.DoAsync("close", "--until", "1995-07-10T04:59:59Z");
        var last = (await store.DoAsync("close", "--until", "1995-07-10T05:00:00Z", "--output", "json")).Json;
        Assert.Equal("1995-07-10T13:00:00+08:00", Assert.Single(last.EnumerateArray()).GetProperty("run").GetString());

        var truth = NasaDay.CallsByHour();
        Assert.Empty(store.Read(session => Books.CallFaults(session, truth).Take(10).ToList()));
        Assert.Empty(store.Read(session => Books.Faults(session).Take(10).ToList()));
        Assert.Equal(2491, store.Read(session => AccountReader.All(session).Count(a => a.BalanceE8 < 0 || a.RemainderE8 > 0)));
    }

    [Fact]
    public async Task The_same_file_again_changes_nothing()
    {
        var trace = NasaDay.File();
        using var store = new TestStore();
        await store.DoAsync("catalog", "apply", store.Write("catalog.json", NasaDay.Catalog()));
        await store.DoAsync(["ingest", trace, .. How]);
        var before = store.Dump();
        var again = (await store.DoAsync(["ingest", trace, .. How])).Json;
        Assert.Equal((0, NasaDay.Rows, 0, 0),
            (Number(again, "accepted"), Number(again, "duplicate"), Number(again, "accountsOpened"), Number(again, "scopesSubscribed")));
        Assert.Equal(before, store.Dump());
    }

    [Fact]
    public async Task Closed_hours_are_subscribed_from_the_first_open_instant_and_their_calls_are_held()
    {
        using var store = new TestStore();
        await store.DoAsync("catalog", "apply", store.Write("catalog.json", VerbTests.Catalog));
        await store.DoAsync("close", "--until", "2023-04-18T12:00:00+08:00");
        var file = store.Write("usage.csv", "event_id,account_id,api,occurred_at,status,quantity\n1,a1,passport,2023-04-18T10:30:00+08:00,200,3\n2,a1,passport,2023-04-18T11:30:00+08:00,200,4\n");
        var ran = await store.RunAsync("ingest", file, "--region", "cn-north-4", "--source", "s", "--account-auto", "--output", "json");
        Assert.Equal((Exit.Done, 1, 1), (ran.Exit, Number(ran.Json, "accountsOpened"), Number(ran.Json, "scopesSubscribed")));
        var subscription = store.Read(session => AccountReader.Subscriptions(session, 1).Single());
        Assert.Equal("2023-04-18T11:00:00+08:00", Domain.Time.Instant.Show(subscription.StartUs, 8));
        var closed = await store.RunAsync("close", "--until", "2023-04-18T13:00:00+08:00", "--output", "json");
        Assert.Equal(Exit.Differs, closed.Exit);
        Assert.Equal(4, store.Read(session => BillReader.Rows(session, new Storage.Bills.BillFilter())).Single().Calls);
    }

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();
}
