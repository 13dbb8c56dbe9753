using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Quartz;
using Settlement.Domain.Settings;
using Settlement.Domain.Time;
using Settlement.Engine;
using Settlement.Storage;
using Settlement.Storage.Clock;
using Settlement.Storage.Engines;
using Settlement.Worker.Running;
using Settlement.Worker.Simulating;
using Settlement.Worker.Tests.Verbs;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Running;

/// <summary>The job that lets usage leave (7.4), and what people see of it afterwards.</summary>
public class RetentionJobTests
{
    private static readonly BillingSettings Settings = BillingSettings.Default with { MaxUsageAgeUs = Instant.PerDayUs, KeepUsageUs = 63 * Instant.PerDayUs };

    [Fact]
    public async Task A_row_whose_events_have_left_is_explained_but_for_them()
    {
        using var store = await ClosedAsync();
        var before = (await store.DoAsync("bill", "--output", "json")).Output;
        var usage = Count(store, "Usage");
        await WorkAsync(store, (job, _) => job.Execute(null!, TestContext.Current.CancellationToken));
        Assert.Equal(usage, Count(store, "Usage"));

        // Until something says that it is that late.
        await WorkAsync(store, (job, core) =>
        {
            core.Store.Write(session => ClockRows.Confirm(session, core.NowUs));
            return job.Execute(null!, TestContext.Current.CancellationToken);
        });
        Assert.Equal(Count(store, "Quarantine"), Count(store, "Usage"));
        Assert.Equal(Count(store, "Quarantine"), Count(store, "EventIdentity"));
        Assert.Equal(before, (await store.DoAsync("bill", "--output", "json")).Output);
        var keptFrom = Settings.TimeZone.Show(store.Read(StoreState.Of).LastRunUs - Settings.KeepUsageUs);
        await ExplainsAsync(store, keptFrom);
        await StatusAsync(store, keptFrom);
    }

    [Fact]
    public async Task A_time_that_is_too_short_is_a_fault_of_the_settings()
    {
        using var store = new TestStore();
        var ran = await store.RunAsync("status", "--set", "Billing:KeepUsage=400.00:00:00");
        Assert.Equal(Exit.BadInput, ran.Exit);
        Assert.Contains("Billing:KeepUsage: 400.00:00:00 is less than MaxUsageAge and 62 days: at least 20062.00:00:00, or 0 to keep for ever", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_schedule_has_its_job_and_its_trigger()
    {
        var services = new ServiceCollection().AddLogging();
        Schedules.AddTo(services);
        await using var provider = services.BuildServiceProvider();
        var scheduler = await provider.GetRequiredService<ISchedulerFactory>().GetScheduler(TestContext.Current.CancellationToken);
        foreach (var schedule in Schedules.All)
        {
            Assert.Equal(schedule.Job, (await scheduler.GetJobDetail(new JobKey(schedule.Name), TestContext.Current.CancellationToken))!.JobType.Type);
            var trigger = Assert.Single(await scheduler.GetTriggersOfJob(new JobKey(schedule.Name), TestContext.Current.CancellationToken));
            Assert.Equal(schedule.Cron, Assert.IsAssignableFrom<ICronTrigger>(trigger).CronExpressionString);
        }
    }

    private static async Task ExplainsAsync(TestStore store, string keptFrom)
    {
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in (await store.DoAsync("bill", "--output", "json")).Json.EnumerateArray())
        {
            var (id, kind) = (row.GetProperty("row").GetString()!, row.GetProperty("kind").GetString()!);
            var explained = (await store.DoAsync("explain", id, "--output", "json")).Json;
            var page = (await store.DoAsync("explain", id)).Output;
            kinds.Add(kind);
            var hasLeft = kind != "purchase";
            Assert.Equal(hasLeft, page.Contains("they are past their time and have left the store (KeepUsage, 7.4)", StringComparison.Ordinal));
            Assert.Equal(hasLeft ? keptFrom : null, explained.GetProperty("eventsKeptFrom").GetString());
            Assert.Empty(explained.GetProperty("events").EnumerateArray());
            Assert.Equal(kind == "pay-per-use", explained.GetProperty("row").GetProperty("tiers").GetArrayLength() > 0);
            // A purchase may be free; what a package covers moves no money.
            if (kind != "purchase")
                Assert.Equal(kind == "pay-per-use", explained.GetProperty("entries").GetArrayLength() > 0);
        }

        Assert.Equal(["package-usage", "pay-per-use", "purchase"], kinds.Order(StringComparer.Ordinal));
    }

    private static async Task StatusAsync(TestStore store, string keptFrom)
    {
        var size = (await store.DoAsync("status", "--output", "json", "--set", "Billing:MaxUsageAge=1.00:00:00", "--set", "Billing:KeepUsage=63.00:00:00")).Json.GetProperty("size");
        Assert.Equal(keptFrom, size.GetProperty("keptFrom").GetString());
        Assert.True(size.GetProperty("next").GetProperty("isOverdue").GetBoolean());
        Assert.Equal("2023-06-20T16:00:00+08:00", size.GetProperty("next").GetProperty("at").GetString());
        Assert.Equal(Count(store, "Usage"), size.GetProperty("tables")[0].GetProperty("rows").GetInt64());
        Assert.InRange(size.GetProperty("bytes").GetInt64(), 100_000, 10_000_000);
        var page = (await store.DoAsync("status")).Output;
        Assert.Contains("Kept from", page, StringComparison.Ordinal);
        Assert.Contains("are free to be used again", page, StringComparison.Ordinal);
    }

    private static async Task<TestStore> ClosedAsync()
    {
        var store = await VerbTests.StoreAsync();
        await store.RunAsync("close", "--until", "2023-04-18T19:00:00");
        return store;
    }

    private static async Task WorkAsync(TestStore store, Func<RetentionJob, SettlementCore, ValueTask> work)
    {
        using var engine = new SqliteEngine($"Data Source={store.File}");
        var settled = new SettlementStore(engine, Settings);
        var core = new SettlementCore(settled, new TestClock(settled.Read(StoreState.Of).LastRunUs));
        await work(new RetentionJob(core, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), NullLogger<RetentionJob>.Instance), core);
    }

    private static long Count(TestStore store, string table) => store.Read(session =>
    {
        using var command = session.Connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM " + table;
        return (long)command.ExecuteScalar()!;
    });
}
