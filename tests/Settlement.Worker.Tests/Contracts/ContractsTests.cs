// What agents, consoles and listeners in .NET share with the worker must be what the worker reads and writes.

using System.Reflection;
using System.Text.Json;
using Settlement.Contracts;
using Settlement.Contracts.Commands;
using Settlement.Domain.Commands;
using Settlement.Domain.Money;
using Settlement.Domain.Notices;
using Settlement.Domain.Packages;
using Settlement.Domain.Time;
using Settlement.Engine.Notices;
using Settlement.Storage.Notices;
using Settlement.Worker.Ingest;
using Settlement.Worker.Running;
using Xunit;

namespace Settlement.Worker.Tests.Contracts;

public class ContractsTests
{
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 6, 18, 10, 30, 0, TimeSpan.FromHours(8)).AddTicks(1_234_560);
    private static readonly CommandReading Reading = new(new Currency("CNY", 2));

    [Fact]
    public void Every_field_of_an_event_arrives()
    {
        var bare = new UsageEvent { Id = "é-1", Source = "gw", Account = "a1", Api = "passport", Region = "north", Time = At, Status = 200 };
        var full = bare with { Id = "2", Status = 599, Count = 1_000_000, Project = "x\"y" };
        var read = UsageReader.Read(new UsageEvents([bare, full]).ToUtf8Bytes(), "application/json");
        Assert.Equal([Call(bare), Call(full)], read.ConvertAll(r => r.Call));
    }

    [Fact]
    public void One_event_is_a_body_too()
    {
        var one = new UsageEvent { Id = "1", Source = "gw", Account = "a1", Api = "passport", Region = "north", Time = At, Status = 404, Count = 7 };
        Assert.Equal(Call(one), UsageReader.Read(JsonSerializer.SerializeToUtf8Bytes(one), "application/json").Single().Call);
    }

    public static TheoryData<BillingCommand, Command> Commands => new()
    {
        { new OpenAccount { Id = "1", Account = "a1", Level = "V3", Name = "A One" },
            Expected("open-account") with { Account = "a1", Level = "V3", Name = "A One" } },
        { new OpenAccount { Id = "1", Account = "a1" }, Expected("open-account") with { Account = "a1" } },
        { new TopUp { Id = "1", Account = "a1", Amount = 9_999_999_999.99m },
            Expected("top-up") with { Account = "a1", AmountE8 = 999_999_999_999_000_000 } },
        {
            new AdjustBalance { Id = "1", Account = "a1", Amount = -0.50m, Reason = "why", By = "me" },
            Expected("adjust-balance") with { Account = "a1", AmountE8 = -50_000_000, Reason = "why", By = "me" }
        },
        {
            new Subscribe { Id = "1", Account = "a1", Api = "p", Region = "r", ResourceName = "desk", At = At },
            Expected("subscribe") with { Account = "a1", Api = "p", Region = "r", ResourceName = "desk", AtUs = Instant.OfUs(At) }
        },
        { new Unsubscribe { Id = "1", Account = "a1", Api = "p", Region = "r" },
            Expected("unsubscribe") with { Account = "a1", Api = "p", Region = "r" } },
        {
            new BuyPackage { Id = "1", Account = "a1", Offer = "o", Package = "P", AutoRenew = true, DaysBefore = 0, Origin = "free", Project = "x",
                StartsAt = At, By = "me" },
            Expected("buy-package") with
            {
                Account = "a1", Offer = "o", Package = "P", AutoRenew = true, DaysBefore = 0, Origin = LotOrigin.Free, Project = "x",
                StartsAtUs = Instant.OfUs(At), By = "me",
            }
        },
        { new BuyPackage { Id = "1", Account = "a1", Offer = "o", Package = "P" },
            Expected("buy-package") with { Account = "a1", Offer = "o", Package = "P" } },
        { new RenewPackage { Id = "1", Package = "P" }, Expected("renew-package") with { Package = "P" } },
        { new SetAutoRenew { Id = "1", Package = "P", Enabled = true, DaysBefore = 7 },
            Expected("set-auto-renew") with { Package = "P", Enabled = true, DaysBefore = 7 } },
        { new SetAutoRenew { Id = "1", Package = "P", Enabled = false }, Expected("set-auto-renew") with { Package = "P" } },
        { new RefundPackage { Id = "1", Package = "P" }, Expected("refund-package") with { Package = "P" } },
        {
            new SetAlert { Id = "1", Account = "a1", BalanceBelow = Threshold.At(-12.5m), LowPackagePercent = Percent.Of(0) },
            Expected("set-alert") with { Account = "a1", GivesBalanceBelow = true, BalanceBelowE8 = -1_250_000_000, GivesLowPackagePercent = true,
                LowPackagePercent = 0 }
        },
        {
            new SetAlert { Id = "1", Account = "a1", BalanceBelow = Threshold.Off, LowPackagePercent = Percent.Off },
            Expected("set-alert") with { Account = "a1", GivesBalanceBelow = true, GivesLowPackagePercent = true }
        },
        { new SetAlert { Id = "1", Account = "a1" }, Expected("set-alert") with { Account = "a1" } },
        { new RunJob { Id = "1", Job = "close-hours" }, Expected("run-job") with { Job = "close-hours" } },
        { new Hold { Id = "1", Reason = "why", By = "me" }, Expected("hold") with { Reason = "why", By = "me" } },
        { new Settlement.Contracts.Commands.Resume { Id = "1", Reason = "why", By = "me" }, Expected("resume") with { Reason = "why", By = "me" } },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_field_of_a_command_arrives(BillingCommand sent, Command expected)
    {
        var body = CommandReader.Read(sent.ToUtf8Bytes()).Single();
        using var json = JsonDocument.Parse(body);
        var read = CommandJson.Read(json.RootElement, Reading);
        Assert.Null(read.Cause);
        Assert.Equal(expected, read.Command);
        Assert.Equal(sent, JsonSerializer.Deserialize(body, sent.GetType()));
    }

    [Fact]
    public void There_is_a_record_for_every_command() => Assert.Equal(
        CommandType.All.Order(StringComparer.Ordinal), Commands.Select(c => c.Data.Item1.Type).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal));

    [Fact]
    public void There_is_a_name_for_every_notice() => Assert.Equal(Constants(typeof(NoticeName)), Constants(typeof(NoticeNames)));

    [Theory]
    [InlineData("a1", "a1")]
    [InlineData("", null)]
    public void What_the_worker_publishes_is_read_by_the_envelope(string account, string? subject)
    {
        var line = new NoticeLine
        {
            AccountNo = 1, AccountId = account, Sequence = 7, NoticeId = "ab", Name = NoticeName.PackageUsedUp, AtUs = Instant.OfUs(At),
            Body = """{"lot":2}""",
        };
        var read = BillingNotice.Read(NoticeBody.Of(line, new BillingZone(8)));
        Assert.Equal(
            ("1.0", "ab", "settlement.package-used-up", subject, At, 7L, 2, NoticeNames.PackageUsedUp),
            (read.SpecVersion, read.Id, read.Type, read.Account, read.Time, read.Sequence, read.Data.GetProperty("lot").GetInt32(), read.Name));
    }

    private static Command Expected(string type) => new() { Id = "1", Type = type };

    private static Domain.Usage.UsageCall Call(UsageEvent sent) => new(
        sent.Source, sent.Id, sent.Account, sent.Api, sent.Region, Instant.OfUs(sent.Time), sent.Status, sent.Count, sent.Project);

    private static IEnumerable<(string, object?)> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (f.Name, f.GetRawConstantValue())).Order();
}
