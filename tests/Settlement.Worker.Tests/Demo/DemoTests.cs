using System.Diagnostics;
using System.Globalization;
using Settlement.Worker.Demo;
using Settlement.Worker.Verbs;
using Xunit;

namespace Settlement.Worker.Tests.Demo;

public class DemoTests
{
    private const int BooksChecked = 7;

    [Fact]
    public async Task The_demo_tells_the_same_month_every_time_and_its_books_add_up()
    {
        var runs = await Task.WhenAll(Task.Run(Run, TestContext.Current.CancellationToken), Task.Run(Run, TestContext.Current.CancellationToken));
        Assert.All(runs, run => Assert.Equal(Exit.Done, run.Exit));
        Assert.Equal(runs[0].Output, runs[1].Output);
        Assert.Equal(BooksChecked, runs[0].Output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
        Assert.DoesNotContain("WRONG", runs[0].Output, StringComparison.Ordinal);
        Assert.All(
            ["package-renewed", "renewal-failed", "arrears-started", "arrears-cleared", "package-used-up", "unknown-account", "conflict", "malformed", "not-subscribed"],
            told => Assert.Contains(told, runs[0].Output, StringComparison.Ordinal));
    }

    [Fact]
    public void Books_that_do_not_add_up_are_seen()
    {
        var results = new MonthResults(
            new Domain.Money.Currency("CNY", 2), [], [], new Dictionary<long, List<Storage.Bills.EntryLine>>(), [], [], [], []);
        var gateway = new GatewayCount();
        Assert.All(Worker.Demo.Books.Audit(results, gateway), check => Assert.True(check.Holds, check.Claim));
        gateway.Take(
            [new Settlement.Contracts.UsageEvent { Id = "1", Source = "s", Account = "a", Api = "p", Region = "r", Time = default, Status = 200,
            Count = 3 }]);
        Assert.Contains(Worker.Demo.Books.Audit(results, gateway), check =>
            !check.Holds && check.Claim.Contains("3 successful calls", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_overwritten()
    {
        var file = Path.GetTempFileName();
        var (error, output) = (new StringWriter(), new StringWriter());
        Assert.Equal(Exit.BadInput, await CommandLine.RunAsync(["demo", "--keep", file], output, error));
        Assert.Contains("is there already", error.ToString(), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task It_leaves_nothing_behind_when_it_is_ended(string signal, int exit)
    {
        var cancel = TestContext.Current.CancellationToken;
        var temporary = Directory.CreateTempSubdirectory("settlement-ended-");
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "settlement"), ["demo"]) { UseShellExecute = false, RedirectStandardError = true };
        start.Environment["TMPDIR"] = temporary.FullName;
        using var demo = Process.Start(start)!;
        var said = demo.StandardError.ReadToEndAsync(cancel);
        while (!demo.HasExited && !temporary.EnumerateFiles("demo.db", SearchOption.AllDirectories).Any())
            await Task.Delay(5, cancel);
        using (var kill = Process.Start("kill", [$"-{signal}", demo.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(cancel);
        await demo.WaitForExitAsync(cancel);
        Assert.True(demo.ExitCode == exit, await said);
        Assert.DoesNotContain(temporary.EnumerateFileSystemInfos(), f => f.Name.StartsWith("settlement-", StringComparison.Ordinal));
        temporary.Delete(recursive: true);
    }

    private static async Task<(int Exit, string Output)> Run()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await CommandLine.RunAsync(["demo"], output, error), output.ToString());
    }
}
